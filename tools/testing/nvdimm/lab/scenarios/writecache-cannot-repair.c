// SPDX-License-Identifier: GPL-2.0
#include "writecache.h"

#define BAD	3

/* QEMU's NVDIMM cannot clear errors. */
SCENARIO("what dm-writecache cannot repair is not used, and nothing else is lost",
	 .audit = "B17", .on = PLAIN, .stock = "fails: lost block 3 can be read")
{
	new_dirty_cache();
	machine_check_scrub(wc_data_addr(BAD), LINE);
	expect_lost(BAD);
	machine_check_scrub(wc_data_addr(DIRTY), LINE);		/* the next to be used */
	expect_write(BAD, 'n');
	EXPECT(kmsg_has("bad cache block 16 cannot be repaired"), "repaired?");
	EXPECT(!flush_writes(), "fsync");
	expect_content(WC, BAD, 'n');
	expect_dirty(WC, 0, BAD);
	expect_dirty(WC, BAD + 1, DIRTY);

	/* Nothing is lost as long as the target is active. */
	machine_check_scrub(wc_entry_addr(4), LINE);
	EXPECT(kmsg_has("bad metadata sector 0 of the cache cannot be rewritten"),
	       "rewritten?");
	EXPECT(write_back(), "not written back");
	expect_dirty(ORIGIN, 0, BAD);
	expect_content(ORIGIN, BAD, 'n');
	expect_dirty(ORIGIN, BAD + 1, DIRTY);
	expect_write(BAD, 'o');
	EXPECT(!flush_writes(), "fsync");
	deactivate();
	activate();
	expect_content(WC, BAD, 'o');
	expect_lost(4);			/* what was there is not known any more */

	/* What cannot be committed is not said to be. */
	machine_check_scrub(wc_superblock_addr(), LINE);
	expect_write(0, 'x');
	EXPECT(flush_writes() == -EIO, "fsync succeeds");
	expect_content(WC, BAD, 'o');
	deactivate();
}
