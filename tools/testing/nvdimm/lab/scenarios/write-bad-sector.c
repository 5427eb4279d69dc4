// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "bad-line.h"

/* The smallest write that covers the bad line repairs it, and the page. */
SCENARIO("write the bad sector, 512 bytes",
	 .audit = "B2a", .on = NFIT | E820, .demo = true, .stock = "oopses in __memcpy_flushcache")
{
	off_t page = page_with_bad_line();
	char buf[SECTOR];
	int rc;

	memset(buf, 'n', SECTOR);
	rc = dwrite(pmem(), page + BAD_SECTOR * SECTOR, buf, SECTOR);
	EXPECT(!rc, "write: %s", strerror(-rc));
	memset(buf, 0, SECTOR);
	rc = dread(pmem(), page + BAD_SECTOR * SECTOR, buf, SECTOR);
	EXPECT(!rc, "read back: %s", strerror(-rc));
	EXPECT(all(buf, 'n', SECTOR), "other data came back");
	EXPECT(!is_bad(page / SECTOR, 8), "still in badblocks");
	EXPECT(in_direct_map(pmem_base() + page),
	       "the page is still out of the direct map");
}
