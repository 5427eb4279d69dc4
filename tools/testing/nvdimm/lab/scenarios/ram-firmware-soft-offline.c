// SPDX-License-Identifier: GPL-2.0
#include "ghes.h"
#include "ram-huge.h"

#define N	3	/* pages, one next to the other */

static bool all_offline(void *unused)
{
	(void)unused;
	return hardware_corrupted() == (ram_before.corrupted + N) * PAGE;
}

/* Corrected errors, more than the firmware likes: nothing is lost yet. */
SCENARIO("system RAM: firmware tells of too many corrected errors: the pages move, data kept",
	 .on = GHES)
{
	char *p = map_thp(true), *weak = p + 5 * PAGE;
	uint64_t phys = addr_of(weak);
	size_t i;

	ram_mark();
	ghes_errors(phys, N, GHES_TOO_MANY_CORRECTED);
	EXPECT(wait_for(all_offline, NULL, 5000), "HardwareCorrupted: %llu kB",
	       (unsigned long long)hardware_corrupted() >> 10);
	for (i = 0; i < N; i++) {
		expect_bad_page(phys + i * PAGE);
		EXPECT(addr_of(weak + i * PAGE) &&
		       addr_of(weak + i * PAGE) != phys + i * PAGE,
		       "page %zu has not moved", i);
	}
	EXPECT(!kmsg_has("recovery action for"), "a page has failed");
	expect_corrupted(N);
	expect_letters(p, PMD, NO_PAGE);
	for (i = 0; i < N; i++)
		expect_rc(unpoison(phys + i * PAGE), 0, "unpoison");
	expect_corrupted(0);
}
