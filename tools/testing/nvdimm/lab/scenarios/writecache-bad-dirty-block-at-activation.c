// SPDX-License-Identifier: GPL-2.0
#include "writecache.h"

#define BAD	3

/* Nobody has the only copy of what is in the cache but the cache. */
SCENARIO("dm-writecache is activated with a bad dirty block, and only that is lost",
	 .audit = "B17", .on = NFIT | E820, .demo = true,
	 .stock = "fails: the cache is not activated",
	 .stock_e820 = "fails: lost block 3 can be read")
{
	uint64_t bad;

	new_dirty_cache();
	bad = wc_data_addr(BAD);
	deactivate();
	machine_check_scrub(bad + 128, LINE);
	kmsg_mark();
	activate();
	expect_lost(BAD);
	EXPECT(kmsg_has("origin sectors 24-31 are lost"), "nobody says what is lost");
	EXPECT(kmsg_count("are lost") == 1, "more is said to be lost");
	expect_dirty(WC, 0, BAD);
	expect_dirty(WC, BAD + 1, DIRTY);

	EXPECT(!write_back(), "all has been written back");
	expect_dirty(ORIGIN, 0, BAD);
	expect_dirty(ORIGIN, BAD + 1, DIRTY);
	expect_lost(BAD);

	expect_write(BAD, 'n');
	expect_content(WC, BAD, 'n');
	EXPECT(!flush_writes(), "fsync: %m");
	expect_repaired();
	EXPECT(in_direct_map(bad), "repaired, and not in the direct map");
	EXPECT(write_back(), "not written back");
	expect_content(ORIGIN, BAD, 'n');
}
