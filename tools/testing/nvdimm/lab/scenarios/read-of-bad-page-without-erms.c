// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "bad-line.h"

/* Where stock has nothing better than memcpy(), which no fault may end. */
SCENARIO("without ERMS, a page out of the direct map can be read but for its bad sector",
	 .audit = "B29", .on = NOERMS,
	 .stock_e820 = "oopses in memcpy_orig")
{
	off_t page = page_with_bad_line();
	static char buf[PAGE];
	int rc;

	rc = dread(pmem(), page, buf, PAGE);
	EXPECT(rc == -EIO, "read of the page: %s", strerror(-rc));
	rc = dread(pmem(), page + BAD_SECTOR * SECTOR, buf, SECTOR);
	EXPECT(rc == -EIO, "read of the bad sector: %s", strerror(-rc));
	rc = dread(pmem(), page, buf, BAD_SECTOR * SECTOR);
	EXPECT(!rc, "read of good sectors: %s", strerror(-rc));
	EXPECT(all(buf, 'a', BAD_SECTOR * SECTOR), "other data came back");
}
