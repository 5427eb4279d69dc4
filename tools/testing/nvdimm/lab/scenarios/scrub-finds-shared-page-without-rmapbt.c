// SPDX-License-Identifier: GPL-2.0
#include "shared.h"

SCENARIO("a bad sector of three files, no reverse map: unmapped, nobody dies",
	 .audit = "C5", .on = NFIT | E820,
	 .stock = "fails: /mnt/f: the bad page is still mapped")
{
	struct user *u[3];
	int i;

	share_pages(u, 0);
	set_badblock((user_addr_of(u[0], u[0]->map + PAGE) - pmem_base()) / SECTOR,
		     1);
	for (i = 0; i < 3; i++) {
		expect_lost(u[i], u[i]->map + PAGE, shared_file[i]);
		EXPECT(!u[i]->signals, "%s: a signal", shared_file[i]);
	}
	EXPECT(!sh("touch /mnt/i"), "the filesystem was shut down");
}
