// SPDX-License-Identifier: GPL-2.0
#include "writecache.h"

/* A line has four entries.  What they were for was known to nobody else. */
SCENARIO("dm-writecache with lost entries gives nobody old data of the origin, and saves the rest",
	 .audit = "B17", .on = NFIT | E820,
	 .stock = "fails: the cache is not activated",
	 .stock_e820 = "fails: lost block 4 can be read")
{
	uint64_t bad;

	new_dirty_cache();
	bad = wc_entry_addr(4);
	deactivate();
	machine_check_scrub(bad, LINE);
	kmsg_mark();
	activate();
	expect_dirty(WC, 0, 4);
	expect_dirty(WC, 8, DIRTY);
	expect_lost(4);
	expect_lost(7);
	expect_lost(900);	/* may have been in the cache, too */
	EXPECT(kmsg_has("4 cache entries are lost"), "nobody says what is lost");

	EXPECT(!write_back(), "all has been written back");
	expect_dirty(ORIGIN, 0, 4);
	expect_dirty(ORIGIN, 8, DIRTY);
	expect_lost(0);		/* not in the cache any more */
	deactivate();
	activate();
	expect_lost(4);		/* it is not forgotten */
	deactivate();

	forget_cache();
	activate();
	expect_repaired();
	expect_dirty(WC, 0, 4);
	expect_write(4, 'n');
	expect_content(WC, 4, 'n');
	EXPECT(write_back(), "not written back");
	expect_content(ORIGIN, 4, 'n');
}
