// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <sys/mount.h>
#include "hwpoison.h"
#include "partition.h"
#include "user.h"

#define SECOND	"/second"

static bool second_is_dead(void *unused)
{
	(void)unused;
	return sh("echo n 2>/dev/null >" SECOND "/n");
}

SCENARIO("two XFS on one device: an error concerns the one that has it",
	 .audit = "C3", .on = NFIT | E820,
	 .stock = "fails: the second one has no DAX")
{
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

	/* The first superblock. */
	machine_check_scrub(pmem_base() + PART_AT(2), LINE);
	EXPECT(wait_for(second_is_dead, NULL, 5000),
	       "the second one goes on without its superblock");
	EXPECT(!sh("echo n >/mnt/n"), "the first one was shut down");
	EXPECT(!user_touch(first, first->map + PAGE).taken, "SIGBUS");
	EXPECT(!first->signals, "a signal for an error of the other one");
	close(fd);
}
