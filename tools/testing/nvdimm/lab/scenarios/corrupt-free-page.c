// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "inject.h"

SCENARIO("hwpoison-inject of a page that nobody maps is refused from then on",
	 .audit = "B14", .on = NFIT | E820,
	 .stock = "fails: corrupt: ")
{
	off_t at = 64 * PAGE;
	static char buf[PAGE];
	int rc;

	rc = hwpoison_inject(CORRUPT, pmem_base() + at);
	EXPECT(!rc, "corrupt: %s", strerror(-rc));
	EXPECT(is_bad(at / SECTOR, 8), "not in badblocks");
	rc = dread(pmem(), at, buf, PAGE);
	EXPECT(rc == -EIO, "read: %s", strerror(-rc));
	rc = dwrite(pmem(), at, buf, PAGE);
	EXPECT(!rc, "write: %s", strerror(-rc));
	rc = dread(pmem(), at, buf, PAGE);
	EXPECT(!rc, "read after the write: %s", strerror(-rc));
	EXPECT(!has_badblock(0, -1ULL), "written, but in badblocks");
}
