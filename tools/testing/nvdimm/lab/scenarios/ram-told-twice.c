// SPDX-License-Identifier: GPL-2.0
#include "ram.h"

SCENARIO("system RAM: a page that is told to be bad twice is counted once",
	 .on = E820)
{
	char *p = anonymous(4 * PAGE);
	uint64_t phys = addr_of(p + PAGE);

	ram_mark();
	expect_rc(corrupt(phys), 0, "corrupt");
	expect_action(phys, "dirty LRU page", RECOVERED);
	expect_rc(corrupt(phys), -EHWPOISON, "corrupt again");
	expect_logged(phys, "already poisoned page", FAILED);
	expect_counts(1, RECOVERED, 1);
	machine_check_scrub(phys, LINE);
	expect_logged(phys, "already poisoned page", FAILED);
	expect_counts(1, RECOVERED, 1);
	expect_gone(p + PAGE);
}
