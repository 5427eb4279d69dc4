// SPDX-License-Identifier: GPL-2.0
#include "writecache.h"

#define BAD	3

SCENARIO("a dirty block of an active dm-writecache goes bad, and only that is lost",
	 .audit = "B17", .on = NFIT | E820,
	 .stock = "fails: lost block 3 can be read")
{
	uint64_t bad;

	new_dirty_cache();
	bad = wc_data_addr(BAD);
	machine_check_scrub(bad + 128, LINE);
	expect_lost(BAD);
	EXPECT(kmsg_has("origin sectors 24-31 are lost"), "nobody says what is lost");
	machine_check_scrub(wc_data_addr(DIRTY), LINE);		/* a free one */
	EXPECT(!kmsg_has("are lost"), "more is said to be lost");
	expect_dirty(WC, 0, BAD);
	expect_dirty(WC, BAD + 1, DIRTY);
	EXPECT(!write_back(), "all has been written back");
	expect_dirty(ORIGIN, BAD + 1, DIRTY);
	expect_content(ORIGIN, BAD, 0);
	expect_lost(BAD);

	/* A suspended target forgets all, and reads it again. */
	EXPECT(!sh("dmsetup suspend --noudevsync wc"), "suspend");
	EXPECT(!sh("dmsetup resume --noudevsync wc"), "resume");
	expect_lost(BAD);

	expect_write(BAD, 'n');
	expect_content(WC, BAD, 'n');
	expect_write(DIRTY, 'a' + DIRTY);
	expect_write(DIRTY, 'a' + DIRTY);	/* in place; not committed */
	EXPECT(!flush_writes(), "fsync: %m");
	EXPECT(write_back(), "not written back");
	expect_content(ORIGIN, BAD, 'n');
	expect_dirty(ORIGIN, DIRTY, DIRTY + 1);
	EXPECT(in_direct_map(bad), "repaired, and not in the direct map");
}
