// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include "bad-line.h"

/* 4 KiB that begin in the page before the bad one and cover the bad sector. */
SCENARIO("write 4 KiB across the edge of a bad page",
	 .audit = "B2a", .on = NFIT, .stock = "oopses in __memcpy_flushcache")
{
	off_t page = page_with_bad_line();
	off_t from = page - 2 * SECTOR;
	static char buf[PAGE];
	int rc;

	memset(buf, 'n', PAGE);
	rc = dwrite(pmem(), from, buf, PAGE);
	EXPECT(!rc, "write: %s", strerror(-rc));
	memset(buf, 0, PAGE);
	rc = dread(pmem(), from, buf, PAGE);
	EXPECT(!rc, "read back: %s", strerror(-rc));
	EXPECT(all(buf, 'n', PAGE), "other data came back");
	EXPECT(in_direct_map(pmem_base() + page),
	       "the page is still out of the direct map");
}
