// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "bad-line.h"

/*
 * One line of 64 bytes is bad.  The other seven sectors of the page are good,
 * and a partition table, a superblock or a log may be in them.
 */
SCENARIO("write a good sector beside a bad line",
	 .audit = "B2b", .on = NFIT | E820, .demo = true, .stock = "oopses in __memcpy_flushcache")
{
	off_t page = page_with_bad_line();
	char buf[SECTOR];
	int rc;

	memset(buf, 'n', SECTOR);
	rc = dwrite(pmem(), page + 5 * SECTOR, buf, SECTOR);
	EXPECT(!rc, "write: %s", strerror(-rc));
	memset(buf, 0, SECTOR);
	rc = dread(pmem(), page + 5 * SECTOR, buf, SECTOR);
	EXPECT(!rc, "read back: %s", strerror(-rc));
	EXPECT(all(buf, 'n', SECTOR), "other data came back");
	rc = dread(pmem(), page + BAD_SECTOR * SECTOR, buf, SECTOR);
	EXPECT(rc, "the bad sector can be read");
}
