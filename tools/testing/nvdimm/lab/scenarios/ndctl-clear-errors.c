// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include "dsm.h"

/* A block that mkfs.ext4 leaves free. */
#define FIRST	80000
#define COUNT	4

/*
 * ndctl takes the namespace out of use while it clears.  It does that by
 * itself, but not to one that is mounted.
 */
SCENARIO("ndctl clear-errors clears all, but nothing that is mounted",
	 .on = NFIT)
{
	struct injected inj;
	char buf[SECTOR];
	int rc;

	make_fs("mkfs.ext4", "dax");
	wait_scrub();
	ndctl("inject-error --saturate --block=%u --count=%u namespace0.0",
	      FIRST, COUNT);
	EXPECT(wait_for_badblock(FIRST), "not in badblocks");
	wait_scrub();
	EXPECT(is_bad(FIRST, COUNT), "not all in badblocks");

	EXPECT(ndctl_refuses("clear-errors namespace0.0") &&
	       ndctl_said("Device or resource busy"), "not refused as busy");
	EXPECT(is_bad(FIRST, COUNT), "refused, but not in badblocks any more");

	EXPECT(!umount("/mnt"), "umount: %m");
	ndctl("clear-errors namespace0.0");
	EXPECT(!has_badblock(0, -1ULL), "still in badblocks");
	EQUAL("bad sectors of the region", region_bad_sectors(), 0);
	inject_status(&inj);
	EQUAL("errors of the firmware", inj.count, 0);
	rc = dread(pmem(), FIRST * SECTOR, buf, SECTOR);
	EXPECT(!rc, "read: %s", strerror(-rc));
	EXPECT(in_direct_map(pmem_base() + FIRST * SECTOR),
	       "not in the direct map");
	EXPECT(!hardware_corrupted(), "in HardwareCorrupted");
	EXPECT(!mount(pmem(), "/mnt", "ext4", 0, "dax"), "mount: %m");
}
