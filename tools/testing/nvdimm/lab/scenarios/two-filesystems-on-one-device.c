// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include "hwpoison.h"
#include "partition.h"
#include "user.h"

#define SECOND	"/second"

/* It writes its superblock again, on a partition: that is repaired. */
static bool superblock_is_good(void *unused)
{
	(void)unused;
	return kmsg_has("XFS (pmem0p2): Memory error in superblock") &&
	       !has_badblock(0, -1ULL);
}

SCENARIO("two XFS on one device: an error concerns the one that has it",
	 .audit = "C3", .on = NFIT | E820,
	 .stock = "fails: the second one has no DAX")
{
	static char buf[PAGE];
	struct user *first, *second;
	uint64_t phys;
	char *p;
	int fd;

	make_fs_on(new_partition(1), "/mnt", "mkfs.xfs -m rmapbt=1,reflink=0",
		   "dax=always");
	make_fs_on(new_partition(2), SECOND, "mkfs.xfs -m rmapbt=1,reflink=0",
		   "dax=always");
	close(new_file("/mnt/f", 4 * PAGE));
	fd = new_file(SECOND "/f", 4 * PAGE);
	first = new_user("/mnt/f", 4 * PAGE, EARLY);
	second = new_user(SECOND "/f", 4 * PAGE, EARLY);
	p = map_file(fd, 4 * PAGE, 0);
	phys = addr_of(p + PAGE);
	EXPECT(phys >= pmem_base() + PART_AT(2) &&
	       phys < pmem_base() + PART_AT(3), "the second one has no DAX");

	EXPECT(hwpoison(p + PAGE).addr == p + PAGE, "another address");
	expect_early(second, second->map + PAGE);
	expect_lost(second, second->map + PAGE, "the second one");
	EXPECT(!sh("touch " SECOND "/g"), "the second one was shut down");

	memset(buf, 'r', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, PAGE) == PAGE, "pwrite: %m");

	kmsg_mark();
	machine_check_scrub(pmem_base() + PART_AT(2), LINE);
	EXPECT(wait_for(superblock_is_good, NULL, 5000),
	       "the superblock of the second one is not repaired");
	EXPECT(!kmsg_has("XFS (pmem0p1)"), "the first one is told");
	EXPECT(!sh("echo n >/mnt/n && echo n >" SECOND "/n"), "shut down");
	EXPECT(!user_touch(first, first->map + PAGE).taken, "SIGBUS");
	EXPECT(!first->signals, "a signal for an error of the other one");
	close(fd);
}
