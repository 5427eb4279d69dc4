// SPDX-License-Identifier: GPL-2.0
#include "user.h"

#define PAGES	64
#define USERS	3

/* All the pages of a device go at once. */
SCENARIO("a process that loses many pages at once is signalled once",
	 .audit = "B25", .on = NFIT | E820, .stock = "fails: process 0: ")
{
	struct user *u[USERS];
	unsigned int i, lines;

	make_fs("mkfs.xfs -m rmapbt=1", "dax=always");
	close(new_file("/mnt/f", PAGES * PAGE));
	for (i = 0; i < USERS; i++)
		u[i] = new_user("/mnt/f", PAGES * PAGE, SMALL | (i ? EARLY : 0));
	kmsg_mark();
	unbind_pmem();
	for (i = 0; i < USERS; i++) {
		EXPECT(!user_addr_of(u[i], u[i]->map + PAGE),
		       "process %u: still mapped", i);
		EXPECT(u[i]->signals == 1, "process %u: %u signals", i,
		       u[i]->signals);
	}
	lines = kmsg_count("Sending SIGBUS");
	EXPECT(lines <= 2 * USERS, "%u lines in the log", lines);
	for (i = 0; i < USERS; i++)
		EXPECT(user_touch(u[i], u[i]->map + PAGE).taken,
		       "process %u can read", i);
}
