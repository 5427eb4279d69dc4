// SPDX-License-Identifier: GPL-2.0
#include "ram-huge.h"

/* Whoever has it loses all of it, and is told so. */
SCENARIO("system RAM: a bad page of hugetlb in use: SIGBUS for 2 MiB, it leaves the pool",
	 .on = E820)
{
	uint64_t phys;
	char *p;

	make_huge_pages();
	p = map_huge();
	phys = addr_of(p);

	ram_mark();
	expect_sigbus(hwpoison(p + 5 * PAGE), p + 5 * PAGE, 21, "madvise");
	expect_action(phys + 5 * PAGE, "huge page", RECOVERED);
	expect_sigbus(touch(p + 100 * PAGE), p + 100 * PAGE, 21, "load");
	expect_huge_pages(HUGE_PAGES - 1, HUGE_PAGES - 1);
	expect_only_bad(phys, 5);
	EXPECT(!munmap(p, PMD), "munmap: %m");
	p = map_huge();
	expect_letters(p, PMD, NO_PAGE);
	expect_huge_pages(HUGE_PAGES - 1, HUGE_PAGES - 2);
	expect_rc(unpoison(phys + 5 * PAGE), 0, "unpoison");
	expect_counts(0, RECOVERED, 1);
}
