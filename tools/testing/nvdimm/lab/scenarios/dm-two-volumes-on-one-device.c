// SPDX-License-Identifier: GPL-2.0
#include "volume.h"

#define LEN	(4 * PAGE)

SCENARIO("two volumes on one device: a bad line is told to those on one of them",
	 .audit = "C3", .on = NFIT | E820, .stock = "oopses in dax_lock_folio")
{
	struct pair one, two;

	make_fs_on(new_linear_volume(pmem(), MIB, LEG), "/p1", REFLINK,
		   "dax=always");
	make_fs_on(new_linear_volume(pmem(), MIB + LEG, LEG), "/p2", REFLINK,
		   "dax=always");
	one = new_pair("/p1", LEN);
	two = new_pair("/p2", LEN);
	machine_check_scrub(pair_addr_of(&two, PAGE), LINE);
	expect_told(&two, PAGE);
	expect_left_alone(&one, LEN);
	machine_check_scrub(pair_addr_of(&one, 2 * PAGE), LINE);
	expect_told(&one, 2 * PAGE);
	EXPECT(!two.first->signals && !two.second->signals,
	       "others were signalled");
	EXPECT(!sh("touch /p1/h /p2/h"), "a filesystem was shut down");
}
