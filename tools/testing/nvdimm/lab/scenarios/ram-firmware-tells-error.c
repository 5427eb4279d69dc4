// SPDX-License-Identifier: GPL-2.0
#include "ghes.h"
#include "ram-huge.h"
#include "user.h"

#define N	3	/* pages, one next to the other */

static bool all_failed(void *unused)
{
	(void)unused;
	return kmsg_count("recovery action for dirty LRU page: Recovered") == N;
}

/* In the middle of a huge page, that two processes have. */
SCENARIO("system RAM: firmware tells errors in pages of a process: each is counted, and lost",
	 .on = GHES)
{
	char *p = map_thp(true), *bad = p + 5 * PAGE;
	uint64_t phys = addr_of(bad);
	struct user *early = new_user(NULL, 0, EARLY);
	size_t i;

	ram_mark();
	ghes_memory_errors(phys, N);
	EXPECT(wait_for(all_failed, NULL, 5000), "%u pages are lost",
	       kmsg_count("recovery action for dirty LRU page: Recovered"));
	for (i = 0; i < N; i++) {
		expect_logged(phys + i * PAGE, "dirty LRU page", RECOVERED);
		expect_bad_page(phys + i * PAGE);
		expect_gone(bad + i * PAGE);
	}
	expect_counts(N, RECOVERED, N);
	/* One pending signal is as good as three. */
	EXPECT(wait_for(user_is_signalled, early, 5000), "no early signal");
	EXPECT(early->last.code == BUS_MCEERR_AO && early->last.lsb == 12,
	       "si_code %d, si_addr_lsb %d", early->last.code, early->last.lsb);
	expect_letters(p, 5 * PAGE, NO_PAGE);
	for (i = 5 + N; i < PMD / PAGE; i++)
		EXPECT(all(p + i * PAGE, letter(i), PAGE),
		       "page %zu has changed", i);
	expect_rc(unpoison(phys), -EOPNOTSUPP, "unpoison of a real error");
	EXPECT(!has_badblock(0, -1ULL), "in badblocks of the pmem");
}
