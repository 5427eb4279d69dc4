// SPDX-License-Identifier: GPL-2.0
#include "ram-huge.h"

SCENARIO("system RAM: a bad free page of hugetlb leaves the pool, its good parts are used",
	 .on = E820)
{
	uint64_t phys;
	char *p;

	make_huge_pages();
	p = map_huge();
	phys = addr_of(p);
	EXPECT(phys % PMD == 0, "%#llx is no huge page", (unsigned long long)phys);
	munmap(p, PMD);
	expect_huge_pages(HUGE_PAGES, HUGE_PAGES);

	ram_mark();
	expect_rc(corrupt(phys + 5 * PAGE), 0, "corrupt");
	expect_action(phys + 5 * PAGE, "free huge page", RECOVERED);
	expect_huge_pages(HUGE_PAGES - 1, HUGE_PAGES - 1);
	expect_only_bad(phys, 5);
	EXPECT(page_has(phys + 100 * PAGE, KPF_BUDDY), "a good part is not free");
	expect_rc(unpoison(phys + 5 * PAGE), 0, "unpoison");
	expect_counts(0, RECOVERED, 1);
}
