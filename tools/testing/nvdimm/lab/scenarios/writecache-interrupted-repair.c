// SPDX-License-Identifier: GPL-2.0
#include "writecache.h"

#define MORE	40	/* dirty blocks: entries in two sectors */

/* What a repair leaves that has cleared a sector, and has not come to writing it. */
static void clear_metadata(unsigned int sector)
{
	memset(wc_buf, 0, SECTOR);
	EXPECT(!dwrite(pmem(), PART_AT(1) + sector * SECTOR, wc_buf, SECTOR),
	       "clearing sector %u", sector);
}

/* Zeros are no entries of the first sector of the origin. */
SCENARIO("dm-writecache: a repair of metadata that was interrupted is an error",
	 .on = NFIT | E820,
	 .stock = "fails: block 0 of /dev/dm-0 has other data")
{
	unsigned int n;

	new_dirty_cache();
	for (n = DIRTY; n < MORE; n++)
		expect_write(n, 'a' + n);
	EXPECT(!flush_writes(), "fsync: %m");
	deactivate();
	clear_metadata(1);
	activate();
	expect_dirty(WC, 0, DIRTY);
	expect_lost(30);
}
