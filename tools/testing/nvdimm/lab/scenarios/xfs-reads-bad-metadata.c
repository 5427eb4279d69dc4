// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "directory.h"
#include "xfs-metadata.h"

static int read_attribute(void)
{
	static char value[PAGE];

	return getxattr("/mnt/x", "user.0", value, PAGE) < 0 ? errno : 0;
}

static int read_directory(void)
{
	return list_directory("/mnt/d");
}

static void expect_remembered(struct structure *block, int (*read)(void))
{
	static char copy[PAGE];
	int rc;

	make_metadata(MKFS);
	save_structure(block, copy);
	mount_again();
	arm_kernel_load(block->phys, LINE);
	rc = read();
	expect_kernel_load_hit();
	EXPECT(wait_for(kernel_said, (void *)block->name, 5000),
	       "%s: not recorded", block->what);
	EXPECT(rc == EIO, "%s: %s", block->what, strerror(rc));
	EXPECT(wait_until_confined(block->phys), "in the direct map");
	rc = read();
	EXPECT(rc == EIO, "%s, again: %s", block->what, strerror(rc));
	expect_works("after the error");
	expect_restored(block, copy);
	EXPECT(!umount("/mnt"), "umount: %m");
}

/* The machine check hits XFS while it reads the block for the first time. */
SCENARIO("XFS reads a latent bad line of metadata: EIO, remembered, no shutdown",
	 .audit = "C6 B10", .on = NFIT | E820,
	 .stock = "fails: leaf of attributes: not recorded")
{
	struct structure leaf = {
		"leaf of attributes", "-c 'path /x' -c 'ablock 0'",
		"attribute fork", 0
	}, directory = {
		"directory", "-c 'path /d' -c 'dblock 2'", "directory", 0
	};

	expect_remembered(&leaf, read_attribute);
	expect_remembered(&directory, read_directory);
}
