// SPDX-License-Identifier: GPL-2.0
#include "ram-huge.h"

/* Everybody reads it; it is neither split nor given up. */
SCENARIO("system RAM: a bad huge zero page is counted as failed, and cannot be unpoisoned",
	 .on = E820)
{
	char *p = map_thp(false);
	uint64_t phys = addr_of(p);

	EXPECT(page_has(phys, KPF_ZERO_PAGE), "not the huge zero page");
	ram_mark();
	EXPECT(madvise(p + 5 * PAGE, PAGE, MADV_HWPOISON) < 0 &&
	       errno == EHWPOISON, "madvise: %m");
	expect_action(phys + 5 * PAGE, "unsplit thp", FAILED);
	EXPECT(all(p, 0, PMD), "it is not zero");
	expect_rc(unpoison(phys + 5 * PAGE), -EOPNOTSUPP, "unpoison");
	expect_counts(1, FAILED, 1);
}
