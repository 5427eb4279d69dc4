// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "bad-line.h"

/* Whoever binds to the memory next is told; but not of what was repaired. */
SCENARIO("unbind and bind forget nothing that is bad",
	 .audit = "B3 B4", .on = NFIT | E820,
	 .stock = "oopses in __memcpy_flushcache",
	 .stock_e820 = "fails: not in badblocks")
{
	off_t page = page_with_bad_line();
	uint64_t sector = page / SECTOR + BAD_SECTOR;
	char buf[SECTOR];
	int rc;

	unbind_pmem();
	bind_pmem();
	EXPECT(is_bad(sector, 1), "not in badblocks");
	rc = dread(pmem(), page + BAD_SECTOR * SECTOR, buf, SECTOR);
	EXPECT(rc == -EIO, "read: %s", strerror(-rc));
	memset(buf, 'n', SECTOR);
	rc = dwrite(pmem(), page + BAD_SECTOR * SECTOR, buf, SECTOR);
	EXPECT(!rc, "write: %s", strerror(-rc));
	unbind_pmem();
	bind_pmem();
	EXPECT(!is_bad(sector, 1), "repaired, and bad again");
}
