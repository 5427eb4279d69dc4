// SPDX-License-Identifier: GPL-2.0
#include "ram.h"

#define KSM	"/sys/kernel/mm/ksm/"

static char *merged;

static bool is_merged(void *unused)
{
	uint64_t phys = addr_of(merged);

	(void)unused;
	return phys && phys == addr_of(merged + PAGE) && page_has(phys, KPF_KSM);
}

/* Two pages of one process that are the same are one. */
SCENARIO("system RAM: a bad page that KSM has merged is lost to all who have it, one signal",
	 .on = E820)
{
	struct sigbus got;
	uint64_t phys;

	merged = anonymous(4 * PAGE);
	memset(merged, 'k', 2 * PAGE);
	EXPECT(!madvise(merged, 2 * PAGE, MADV_MERGEABLE), "MADV_MERGEABLE: %m");
	expect_rc(write_text(KSM "pages_to_scan", "1000"), 0, KSM);
	expect_rc(write_text(KSM "run", "1"), 0, KSM);
	EXPECT(wait_for(is_merged, NULL, 20000), "the pages are not merged");
	expect_rc(write_text(KSM "run", "0"), 0, KSM);
	phys = addr_of(merged);

	ram_mark();
	got = hwpoison(merged);
	expect_sigbus(got, got.addr == merged ? merged : merged + PAGE, 12,
		      "madvise");
	expect_action(phys, "dirty LRU page", RECOVERED);
	EXPECT(kmsg_count("Sending SIGBUS") == 1, "%u signals",
	       kmsg_count("Sending SIGBUS"));
	expect_bad_page(phys);
	expect_gone(merged);
	expect_gone(merged + PAGE);
	EXPECT(all(merged + 2 * PAGE, letter(2), PAGE), "another page has changed");
}
