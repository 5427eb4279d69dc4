// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "bad-line.h"

/* Whatever kind of bus the memory is on: recorded, refused, repaired. */
SCENARIO("an error is recorded, refused and repaired on every kind of bus",
	 .audit = "B3", .on = E820 | VIRTIO | OF,
	 .stock = "fails: not in badblocks")
{
	off_t page = page_with_bad_line();
	uint64_t sector = page / SECTOR + BAD_SECTOR;
	static char buf[PAGE];
	int rc;

	EXPECT(is_bad(sector, 1), "not in badblocks");
	rc = dread(pmem(), sector * SECTOR, buf, SECTOR);
	EXPECT(rc == -EIO, "read: %s", strerror(-rc));
	rc = dread(pmem(), (sector + 1) * SECTOR, buf, SECTOR);
	EXPECT(!rc, "read of the sector after it: %s", strerror(-rc));
	memset(buf, 'n', SECTOR);
	rc = dwrite(pmem(), sector * SECTOR, buf, SECTOR);
	EXPECT(!rc, "write: %s", strerror(-rc));
	memset(buf, 0, SECTOR);
	rc = dread(pmem(), sector * SECTOR, buf, SECTOR);
	EXPECT(!rc && all(buf, 'n', SECTOR), "read after the write: %s",
	       strerror(-rc));
	EXPECT(!has_badblock(0, -1ULL), "repaired, but in badblocks");
	EXPECT(in_direct_map(pmem_base() + page), "not in the direct map");
}
