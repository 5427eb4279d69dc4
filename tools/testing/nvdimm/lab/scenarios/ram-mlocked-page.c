// SPDX-License-Identifier: GPL-2.0
#include <sched.h>
#include "ram.h"

/* What is mlocked waits in a batch of the cpu, which the same call empties. */
static void stay_on_this_cpu(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	EXPECT(!sched_setaffinity(0, sizeof(one), &one), "sched_setaffinity: %m");
}

/* They are not mlocked any more when they have been unmapped. */
SCENARIO("system RAM: bad mlocked pages, of a file and anonymous", .on = E820)
{
	uint64_t phys;
	char *p, *f;
	int fd;

	stay_on_this_cpu();
	p = anonymous(4 * PAGE);
	EXPECT(!mlock(p, 4 * PAGE), "mlock: %m");
	phys = addr_of(p + PAGE);
	EXPECT(page_has(phys, KPF_UNEVICTABLE), "the page is not mlocked");
	ram_mark();
	expect_sigbus(hwpoison(p + PAGE), p + PAGE, 12, "madvise");
	expect_action(phys, "dirty LRU page", RECOVERED);
	expect_bad_page(phys);
	expect_gone(p + PAGE);
	expect_letters(p, 4 * PAGE, 1);

	f = map_cached_clean("mkfs.ext4", &fd);
	EXPECT(!mlock(f, FILE_PAGES * PAGE), "mlock: %m");
	phys = addr_of(f + PAGE);
	EXPECT(page_has(phys, KPF_UNEVICTABLE), "the page is not mlocked");
	ram_mark();
	EXPECT(!catch_sigbus(hwpoison_page, f + PAGE).taken, "a signal");
	expect_action(phys, "clean LRU page", RECOVERED);
	expect_letters(f, FILE_PAGES * PAGE, NO_PAGE);
	EXPECT(addr_of(f + PAGE) != phys, "the bad page is mapped");
}
