// SPDX-License-Identifier: GPL-2.0
#include "ram-huge.h"

SCENARIO("system RAM: a load from a bad line of a transparent huge page: 4 KiB are lost",
	 .on = E820)
{
	char *p = map_thp(true);
	uint64_t phys = addr_of(p);

	ram_mark();
	expect_sigbus(machine_check_load(p + 5 * PAGE + 640, LINE), p + 5 * PAGE,
		      12, "load");
	expect_action(phys + 5 * PAGE, "dirty LRU page", RECOVERED);
	EXPECT(wait_until_confined(phys + 5 * PAGE), "the page is in the direct map");
	EXPECT(in_direct_map(phys + 4 * PAGE) && in_direct_map(phys + 6 * PAGE),
	       "a page beside it is not in the direct map");
	expect_gone(p + 5 * PAGE);
	expect_letters(p, PMD, 5);
	expect_only_bad(phys, 5);
}
