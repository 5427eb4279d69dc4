// SPDX-License-Identifier: GPL-2.0
#include "ram-huge.h"

SCENARIO("system RAM: of a bad transparent huge page 4 KiB are lost, the rest has its data",
	 .on = E820)
{
	char *p = map_thp(true);
	uint64_t phys = addr_of(p);

	ram_mark();
	expect_sigbus(hwpoison(p + 5 * PAGE), p + 5 * PAGE, 12, "madvise");
	expect_action(phys + 5 * PAGE, "dirty LRU page", RECOVERED);
	expect_gone(p + 5 * PAGE);
	expect_letters(p, PMD, 5);
	expect_only_bad(phys, 5);
	EXPECT(addr_of(p) == phys && addr_of(p + 6 * PAGE) == phys + 6 * PAGE,
	       "good pages have moved");
	EXPECT(!page_has(phys, KPF_THP), "it is still a huge page");
	munmap(p, PMD);
	expect_rc(unpoison(phys + 5 * PAGE), 0, "unpoison");
	expect_counts(0, RECOVERED, 1);
}
