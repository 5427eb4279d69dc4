// SPDX-License-Identifier: GPL-2.0
#include "hwpoison.h"
#include "shared.h"

/* Debian 12 makes such filesystems. */
SCENARIO("an error in a page of three files, no reverse map: all are told",
	 .audit = "B6", .on = NFIT | E820, .stock = "oopses in dax_lock_folio")
{
	struct user *u[3];
	char *p;
	int i;

	share_pages(u, EARLY);
	p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED,
		 open("/mnt/f", O_RDONLY | O_CLOEXEC), 0);
	EXPECT(!touch(p + PAGE).taken, "SIGBUS");
	hwpoison(p + PAGE);
	expect_early(u[1], u[1]->map + PAGE);
	EXPECT(!u[0]->signals && !u[2]->signals,
	       "a signal that nobody asked for");
	for (i = 0; i < 3; i++)
		expect_lost(u[i], u[i]->map + PAGE, shared_file[i]);
	EXPECT(!sh("touch /mnt/i"), "the filesystem was shut down");
}
