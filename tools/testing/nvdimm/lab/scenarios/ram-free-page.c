// SPDX-License-Identifier: GPL-2.0
#include "memory-block.h"
#include "ram.h"

SCENARIO("system RAM: a bad free page is handed to nobody, until it is unpoisoned",
	 .on = E820)
{
	uint64_t phys = free_page();

	ram_mark();
	expect_rc(corrupt(phys), 0, "corrupt");
	expect_action(phys, "free buddy page", RECOVERED);
	expect_bad_page(phys);
	expect_kept_out(phys);
	expect_rc(unpoison(phys), 0, "unpoison");
	expect_counts(0, RECOVERED, 1);
	expect_good_page(phys);
	EXPECT(page_has(phys, KPF_BUDDY), "the page is not free again");
	expect_rc(unpoison(phys), -EBUSY, "unpoison of a good page");
}
