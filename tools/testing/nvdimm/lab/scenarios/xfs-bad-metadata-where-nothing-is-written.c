// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

static struct structure agf = { "AGF", "-c 'agf 0'", FS_HEADERS, 0 };

static void expect_left_alone(const char *when)
{
	kmsg_mark();
	machine_check_scrub(agf.phys, LINE);
	EXPECT(wait_for(kernel_said, FS_HEADERS, 5000), "%s: no word of it", when);
	EXPECT(!nothing_is_bad(NULL), "%s: it was written", when);
	EXPECT(!umount("/mnt"), "umount: %m");
}

/* The device may be in use elsewhere; the buffers may never have been logged. */
SCENARIO("XFS does not write bad metadata again when it may not write",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	static char copy[PAGE];
	int rc;

	make_metadata(MKFS);
	save_structure(&agf, copy);
	EXPECT(!mount(pmem(), "/mnt", "xfs", MS_RDONLY, "norecovery,dax=always"),
	       "mount: %m");
	expect_left_alone("read-only");
	rc = dwrite(pmem(), (agf.phys - pmem_base()) & ~(PAGE - 1), copy, PAGE);
	EXPECT(!rc, "write: %s", strerror(-rc));
	mount_again();
	EXPECT(!sh("xfs_io -x -c shutdown /mnt"), "the shutdown fails");
	expect_left_alone("shut down");
}
