// SPDX-License-Identifier: GPL-2.0
#include "ram.h"

/* Action required: a load took the machine check. */
SCENARIO("system RAM: a load from a bad anonymous page gets SIGBUS, the page is gone",
	 .on = E820)
{
	char *p = anonymous(4 * PAGE);
	uint64_t phys = addr_of(p + PAGE);

	ram_mark();
	expect_sigbus(machine_check_load(p + PAGE, LINE), p + PAGE, 12, "load");
	expect_action(phys, "dirty LRU page", RECOVERED);
	EXPECT(wait_until_confined(phys), "the page is in the direct map");
	EXPECT(in_direct_map(phys - PAGE) && in_direct_map(phys + PAGE),
	       "a page beside it is not in the direct map");
	expect_gone(p + PAGE);
	expect_letters(p, 4 * PAGE, 1);
	EXPECT(!munmap(p, 4 * PAGE), "munmap: %m");
	expect_bad_page(phys);
	expect_rc(unpoison(phys), -EOPNOTSUPP, "unpoison of a real error");
	expect_counts(1, RECOVERED, 1);
}
