// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "bad-line.h"

/* One line is bad: one sector is lost, and seven can be read. */
SCENARIO("read a good sector beside a bad line",
	 .audit = "B2b", .on = NFIT | E820, .demo = true,
	 .stock = "fails: sector 0: Input/output error")
{
	off_t page = page_with_bad_line();
	unsigned int i;
	char buf[SECTOR];
	int rc;

	for (i = 0; i < PAGE / SECTOR; i++) {
		rc = dread(pmem(), page + i * SECTOR, buf, SECTOR);
		if (i == BAD_SECTOR) {
			EXPECT(rc == -EIO, "the bad sector: %s", strerror(-rc));
			continue;
		}
		EXPECT(!rc, "sector %u: %s", i, strerror(-rc));
		EXPECT(all(buf, 'a', SECTOR), "sector %u: other data", i);
	}
}
