// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "dsm.h"
#include "bad-line.h"

/* To another mode and back: other drivers, other struct pages, the same memory. */
SCENARIO("fsdax to devdax and back: what is bad stays bad, and can be repaired",
	 .audit = "B4", .on = NFIT, .stock = "oopses in __memcpy_flushcache")
{
	off_t page = page_with_bad_line();
	uint64_t sector = page / SECTOR + BAD_SECTOR;
	char buf[SECTOR];
	int rc;

	ndctl("create-namespace -f -e namespace0.0 -m devdax -M mem -a 2M");
	EQUAL("bad sectors of the region", region_bad_sectors(), 1);
	ndctl("create-namespace -f -e namespace0.0 -m fsdax -M mem -a 2M");
	EXPECT(is_bad(sector, 1), "not in badblocks");
	rc = dread(pmem(), sector * SECTOR, buf, SECTOR);
	EXPECT(rc == -EIO, "read: %s", strerror(-rc));
	memset(buf, 'n', SECTOR);
	rc = dwrite(pmem(), sector * SECTOR, buf, SECTOR);
	EXPECT(!rc, "write: %s", strerror(-rc));
	EXPECT(in_direct_map(pmem_base() + page), "not in the direct map");
	EQUAL("bad sectors of the region", region_bad_sectors(), 0);
}
