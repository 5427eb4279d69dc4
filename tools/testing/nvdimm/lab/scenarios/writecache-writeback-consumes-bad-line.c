// SPDX-License-Identifier: GPL-2.0
#define WC	"/dev/dm-1"
#define ORIGIN	"/dev/dm-0"
#include "writecache.h"

#define BAD	3

/*
 * The RAM disk copies what is in two of its pages with memcpy(), which cannot go
 * on after a machine check.
 */
SCENARIO("writeback of dm-writecache consumes a bad line that nobody knew of",
	 .audit = "B17", .on = NFIT | E820,
	 .stock = "panics: Fatal machine check")
{
	uint64_t bad;

	EXPECT(!sh("dmsetup create --noudevsync origin --table "
		   "'0 %lu linear /dev/ram0 1'", ORIGIN_SECTORS), "linear");
	new_dirty_cache();
	bad = wc_data_addr(BAD);
	kmsg_mark();
	arm_kernel_loads("copy_mc_to_kernel,memcpy", &bad, 1, LINE);
	EXPECT(!write_back(), "all has been written back");
	expect_kernel_load_hit();
	EXPECT(kmsg_has("origin sectors 24-31 are lost"), "nobody says what is lost");
	expect_dirty(ORIGIN, 0, BAD);
	expect_dirty(ORIGIN, BAD + 1, DIRTY);
	expect_lost(BAD);
	expect_write(BAD, 'n');
	EXPECT(write_back(), "not written back");
	expect_content(ORIGIN, BAD, 'n');
}
