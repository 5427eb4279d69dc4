// SPDX-License-Identifier: GPL-2.0
#include "writecache.h"

/* The target has all of it in memory. */
SCENARIO("bad metadata of an active dm-writecache is written again, and nothing is lost",
	 .audit = "B17", .on = NFIT | E820, .stock = "fails: still in badblocks",
	 .stock_e820 = "fails: not known to have been bad")
{
	uint64_t bad;

	new_dirty_cache();
	bad = wc_entry_addr(4);
	machine_check_scrub(bad, LINE);
	expect_repaired();
	EXPECT(in_direct_map(bad), "repaired, and not in the direct map");

	/* Nobody hears of it while the target is suspended. */
	EXPECT(!sh("dmsetup suspend --noudevsync wc"), "suspend");
	machine_check_scrub(bad, LINE);
	EXPECT(has_badblock(0, -1ULL), "not known to have been bad");
	EXPECT(!sh("dmsetup resume --noudevsync wc"), "resume");
	expect_repaired();
	expect_dirty(WC, 0, DIRTY);
	deactivate();
	activate();
	expect_dirty(WC, 0, DIRTY);
	EXPECT(!kmsg_has("lost"), "something is said to be lost");
	EXPECT(write_back(), "not written back");
	expect_dirty(ORIGIN, 0, DIRTY);
}
