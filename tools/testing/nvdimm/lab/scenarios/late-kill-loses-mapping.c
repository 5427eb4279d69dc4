// SPDX-License-Identifier: GPL-2.0
#include "user.h"

static void try_on(const char *path, int how)
{
	int fd = new_file(path, 4 * PAGE);
	struct user *u = new_user(path, 4 * PAGE, how);

	machine_check_scrub(user_addr_of(u, u->map + PAGE), LINE);
	expect_lost(u, u->map + PAGE, path);
	if (how & EARLY)
		expect_early(u, u->map + PAGE);
	else
		EXPECT(!u->signals, "a signal that nobody asked for");
	close(fd);
}

/* Most processes do not ask for signals about errors that they have not met. */
SCENARIO("a bad page that a scrub finds is unmapped, whoever is told of it",
	 .audit = "B11", .on = NFIT | E820,
	 .stock = "fails: /mnt/late: the bad page is still mapped")
{
	make_fs("mkfs.xfs -m rmapbt=1", "dax=always");
	try_on("/mnt/late", 0);
	try_on("/mnt/early", EARLY);
}
