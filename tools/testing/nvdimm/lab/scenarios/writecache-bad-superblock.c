// SPDX-License-Identifier: GPL-2.0
#include "writecache.h"

/* It says which blocks have been committed; nothing else does. */
SCENARIO("dm-writecache repairs its superblock while it is active, and else says that it is bad",
	 .audit = "B17", .on = NFIT | E820,
	 .stock = "fails: still in badblocks",
	 .stock_e820 = "fails: activated with a bad superblock")
{
	uint64_t bad;

	new_dirty_cache();
	bad = wc_superblock_addr();
	machine_check_scrub(bad, LINE);
	expect_repaired();
	expect_write(DIRTY, 'a' + DIRTY);
	EXPECT(!flush_writes(), "fsync: %m");
	deactivate();
	activate();
	expect_dirty(WC, 0, DIRTY + 1);
	deactivate();

	machine_check_scrub(bad, LINE);
	kmsg_mark();
	EXPECT(try_activate(), "activated with a bad superblock");
	EXPECT(kmsg_has("Hardware memory error when reading superblock"),
	       "nobody says why");
	forget_cache();
	activate();
	expect_repaired();
	expect_write(0, 'n');
	expect_content(WC, 0, 'n');
}
