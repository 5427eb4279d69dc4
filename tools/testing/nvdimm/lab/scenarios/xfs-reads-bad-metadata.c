// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "xfs-metadata.h"

/* The machine check hits XFS while it reads the block for the first time. */
SCENARIO("XFS reads a latent bad line of metadata: EIO, remembered, no shutdown",
	 .audit = "C6 B10", .on = NFIT | E820,
	 .stock = "fails: leaf of attributes: not recorded")
{
	struct structure block = {
		"leaf of attributes", "-c 'path /x' -c 'ablock 0'",
		"attribute fork", 0
	};
	static char copy[PAGE], value[PAGE];

	make_metadata("dax=always");
	save_structure(&block, copy);
	remount("dax=always");
	arm_kernel_load(block.phys, LINE);
	EXPECT(getxattr("/mnt/x", "user.0", value, PAGE) < 0, "getxattr works");
	EXPECT(errno == EIO, "getxattr: %m");
	expect_kernel_load_hit();
	EXPECT(wait_for(kernel_said, (void *)block.name, 5000),
	       "%s: not recorded", block.what);
	EXPECT(wait_until_confined(block.phys), "in the direct map");
	EXPECT(getxattr("/mnt/x", "user.0", value, PAGE) < 0 && errno == EIO,
	       "second getxattr: %m");
	expect_works("after the error");
	expect_restored(&block, copy);
}
