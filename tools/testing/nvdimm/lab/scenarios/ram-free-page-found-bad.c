// SPDX-License-Identifier: GPL-2.0
#include "memory-block.h"
#include "ram.h"

/* A scrubber found it: the kernel does not touch it any more, nor forgets it. */
SCENARIO("system RAM: a free page with a bad line is handed to nobody for good",
	 .on = E820)
{
	uint64_t phys = free_page();

	ram_mark();
	machine_check_scrub(phys + 128, LINE);
	expect_action(phys, "free buddy page", RECOVERED);
	EXPECT(wait_until_confined(phys), "the page is in the direct map");
	EXPECT(in_direct_map(phys - PAGE) && in_direct_map(phys + PAGE),
	       "a page beside it is not in the direct map");
	EXPECT(!has_badblock(0, -1ULL), "in badblocks of the pmem");
	expect_rc(unpoison(phys), -EOPNOTSUPP, "unpoison of a real error");
	expect_bad_page(phys);
	expect_kept_out(phys);
	expect_counts(1, RECOVERED, 1);
}
