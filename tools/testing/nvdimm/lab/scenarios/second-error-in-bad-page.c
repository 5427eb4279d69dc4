// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "bad-line.h"

/*
 * A page is half repaired when its next line goes bad, in a sector that was
 * good again.  Writing the other half must not make that one good.
 */
SCENARIO("a second error in a page that is half repaired is not forgotten",
	 .audit = "B3", .on = NFIT | E820, .stock = "oopses in __memcpy_flushcache")
{
	off_t page = page_with_error(0, PAGE);
	char buf[SECTOR];
	unsigned int i;
	int rc;

	memset(buf, 'n', SECTOR);
	rc = dwrite(pmem(), page, buf, SECTOR);
	EXPECT(!rc, "write of sector 0: %s", strerror(-rc));
	machine_check_scrub(pmem_base() + page, LINE);
	for (i = 1; i < PAGE / SECTOR; i++) {
		rc = dwrite(pmem(), page + i * SECTOR, buf, SECTOR);
		EXPECT(!rc, "write of sector %u: %s", i, strerror(-rc));
	}
	EXPECT(dread(pmem(), page, buf, SECTOR), "sector 0 can be read");
	EXPECT(!in_direct_map(pmem_base() + page),
	       "the page is in the direct map");
	memset(buf, 'm', SECTOR);
	rc = dwrite(pmem(), page, buf, SECTOR);
	EXPECT(!rc, "second write of sector 0: %s", strerror(-rc));
	EXPECT(in_direct_map(pmem_base() + page),
	       "the page is still out of the direct map");
}
