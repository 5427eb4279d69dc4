// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "bad-line.h"

/* QEMU's NVDIMM cannot clear errors, and does not say that it can. */
SCENARIO("without a clear command: EIO for the bad sector, all else is good",
	 .audit = "C9", .on = PLAIN,
	 .stock = "oopses in __memcpy_flushcache")
{
	off_t page = page_with_bad_line();
	uint64_t sector = page / SECTOR + BAD_SECTOR;
	static char buf[PAGE];
	int rc;

	rc = dwrite(pmem(), (sector + 1) * SECTOR, buf, SECTOR);
	EXPECT(!rc, "write of the sector after it: %s", strerror(-rc));
	rc = dwrite(pmem(), sector * SECTOR, buf, SECTOR);
	EXPECT(rc == -EIO, "write: %s", strerror(-rc));
	rc = dread(pmem(), sector * SECTOR, buf, SECTOR);
	EXPECT(rc == -EIO, "read after the write: %s", strerror(-rc));
	EXPECT(is_bad(sector, 1), "not cleared, but not in badblocks");
	EXPECT(!in_direct_map(pmem_base() + page), "in the direct map");
}
