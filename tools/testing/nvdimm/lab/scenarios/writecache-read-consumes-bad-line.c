// SPDX-License-Identifier: GPL-2.0
#include "writecache.h"

#define BAD	3

SCENARIO("a read from dm-writecache consumes a bad line, and writes go on",
	 .audit = "B17", .on = NFIT | E820,
	 .stock = "fails: writing block 3: Input/output error")
{
	new_dirty_cache();
	kmsg_mark();
	arm_kernel_load(wc_data_addr(BAD), LINE);
	expect_lost(BAD);
	expect_kernel_load_hit();
	EXPECT(kmsg_has("hardware memory error when reading data"), "not said");
	expect_write(BAD, 'n');
	expect_content(WC, BAD, 'n');
	EXPECT(!flush_writes(), "fsync: %m");
	EXPECT(kmsg_has("origin sectors 24-31 are lost"), "nobody says what is lost");
	EXPECT(write_back(), "not written back");
	expect_content(ORIGIN, BAD, 'n');
	expect_dirty(ORIGIN, 0, BAD);
	expect_dirty(ORIGIN, BAD + 1, DIRTY);
}
