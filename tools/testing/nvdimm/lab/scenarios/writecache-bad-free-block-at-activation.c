// SPDX-License-Identifier: GPL-2.0
#include "writecache.h"

SCENARIO("dm-writecache is activated with a bad free block, which is repaired by its use",
	 .audit = "B17", .on = NFIT | E820,
	 .stock = "fails: the cache is not activated",
	 .stock_e820 = "fails: not known to be bad")
{
	uint64_t bad;

	new_dirty_cache();
	bad = wc_data_addr(DIRTY);
	deactivate();
	machine_check_scrub(bad + 128, LINE);
	EXPECT(has_badblock(0, -1ULL), "not known to be bad");
	kmsg_mark();
	activate();
	EXPECT(!kmsg_has("lost"), "something is said to be lost");
	expect_dirty(WC, 0, DIRTY);
	expect_write(DIRTY, 'a' + DIRTY);
	EXPECT(!flush_writes(), "fsync: %m");
	expect_repaired();
	EXPECT(in_direct_map(bad), "repaired, and not in the direct map");
	EXPECT(write_back(), "not written back");
	expect_dirty(ORIGIN, 0, DIRTY + 1);
}
