// SPDX-License-Identifier: GPL-2.0
#include "writecache.h"

SCENARIO("the memory of an active dm-writecache is removed, and comes back",
	 .audit = "B17", .on = NFIT | E820, .stock = "oopses in ")
{
	new_dirty_cache();
	EXPECT(write_back(), "not written back");
	expect_write(0, 'n');
	expect_write(1, 'n');
	EXPECT(!flush_writes(), "fsync: %m");
	expect_write(2, 'n');		/* nobody has asked for that to stay */
	unbind_pmem();

	expect_lost(0);
	expect_lost(2);
	EXPECT(write_block(3, 'x') == -EIO, "a block can be written");
	EXPECT(flush_writes() == -EIO, "fsync succeeds");
	EXPECT(!write_back(), "all has been written back");
	expect_dirty(WC, 3, DIRTY);	/* the origin has it */
	EXPECT(!sh("dmsetup suspend --noudevsync wc"), "suspend");
	EXPECT(!sh("dmsetup resume --noudevsync wc"), "resume");
	expect_lost(0);
	deactivate();
	expect_dirty(ORIGIN, 0, DIRTY);

	bind_pmem();
	new_partition(1);
	activate();
	expect_content(WC, 0, 'n');
	expect_content(WC, 1, 'n');
	expect_content(WC, 2, 'n');
	EXPECT(write_back(), "not written back");
	expect_content(ORIGIN, 0, 'n');
	expect_content(ORIGIN, 2, 'n');
	expect_dirty(ORIGIN, 3, DIRTY);
}
