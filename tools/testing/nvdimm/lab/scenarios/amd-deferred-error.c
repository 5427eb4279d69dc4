// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "lab.h"

#define AT	(64 * PMD + 5 * PAGE)

/* It has an address, and nothing says how much of the page is lost. */
SCENARIO("a deferred error of an AMD cpu is recorded for its page, and repaired",
	 .audit = "B22", .on = AMD,
	 .stock = "fails: 1 of 8 sectors")
{
	static char buf[PAGE];
	int rc;

	machine_check_scrub(pmem_base() + AT + 3 * SECTOR + 128, LINE);
	EXPECT(wait_for_badblock(AT / SECTOR + 3), "not in badblocks");
	EXPECT(is_bad(AT / SECTOR, PAGE / SECTOR), "not in badblocks");
	EXPECT(wait_until_confined(pmem_base() + AT), "in the direct map");
	rc = dread(pmem(), AT, buf, SECTOR);
	EXPECT(rc == -EIO, "read: %s", strerror(-rc));
	memset(buf, 'n', PAGE);
	rc = dwrite(pmem(), AT, buf, PAGE);
	EXPECT(!rc, "write: %s", strerror(-rc));
	EXPECT(!has_badblock(0, -1ULL), "repaired, but in badblocks");
	EXPECT(in_direct_map(pmem_base() + AT), "not in the direct map");
}
