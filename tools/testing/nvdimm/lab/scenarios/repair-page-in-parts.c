// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "bad-line.h"

/* All of a page is bad, and is good again when the last sector was written. */
SCENARIO("repair a bad page sector by sector",
	 .audit = "B2a B3", .on = NFIT | E820, .stock = "oopses in __memcpy_flushcache")
{
	off_t page = page_with_error(0, PAGE);
	char buf[SECTOR];
	unsigned int i;
	int rc;

	memset(buf, 'n', SECTOR);
	for (i = 0; i < PAGE / SECTOR; i++) {
		EXPECT(!in_direct_map(pmem_base() + page),
		       "back in the direct map before sector %u", i);
		rc = dread(pmem(), page + i * SECTOR, buf, SECTOR);
		EXPECT(rc, "sector %u can be read before it was written", i);
		rc = dwrite(pmem(), page + i * SECTOR, buf, SECTOR);
		EXPECT(!rc, "write of sector %u: %s", i, strerror(-rc));
		EXPECT(!is_bad(page / SECTOR, i + 1), "still in badblocks");
	}
	EXPECT(in_direct_map(pmem_base() + page),
	       "the page is still out of the direct map");
}
