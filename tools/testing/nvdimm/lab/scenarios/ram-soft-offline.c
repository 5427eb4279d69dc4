// SPDX-License-Identifier: GPL-2.0
#include <asm/mman.h>
#include "ram.h"

/* The memory of a process: it has the same data, in another place. */
SCENARIO("system RAM: soft offline of an anonymous page moves it, and nobody hears of it",
	 .on = E820)
{
	char *p = anonymous(4 * PAGE);
	uint64_t phys = addr_of(p + PAGE);

	ram_mark();
	EXPECT(!madvise(p + PAGE, PAGE, MADV_SOFT_OFFLINE),
	       "MADV_SOFT_OFFLINE: %m");
	EXPECT(addr_of(p + PAGE) && addr_of(p + PAGE) != phys,
	       "the page has not moved");
	expect_letters(p, 4 * PAGE, NO_PAGE);
	EXPECT(!kmsg_has("recovery action for"), "a page has failed");
	expect_corrupted(1);
	expect_bad_page(phys);
	EXPECT(in_direct_map(phys), "the page is not in the direct map");
	munmap(p, 4 * PAGE);
	expect_bad_page(phys);
	expect_rc(corrupt(phys), -EHWPOISON, "corrupt");
	expect_corrupted(1);
	expect_rc(unpoison(phys), 0, "unpoison");
	expect_corrupted(0);
	expect_good_page(phys);
}
