// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "ghes.h"

/* Firmware first: no machine check, a record in memory. */
SCENARIO("an error that firmware tells is recorded, refused and repaired",
	 .audit = "B3", .on = GHES, .stock = "fails: not in badblocks")
{
	off_t at = 64 * PAGE;
	static char buf[PAGE];
	int rc;

	ghes_memory_error(pmem_base() + at + 128);
	EXPECT(wait_for_badblock(at / SECTOR), "not in badblocks");
	EXPECT(wait_until_confined(pmem_base() + at), "in the direct map");
	rc = dread(pmem(), at, buf, PAGE);
	EXPECT(rc == -EIO, "read: %s", strerror(-rc));
	rc = dwrite(pmem(), at, buf, PAGE);
	EXPECT(!rc, "write: %s", strerror(-rc));
	EXPECT(!has_badblock(0, -1ULL), "written, but in badblocks");
	EXPECT(in_direct_map(pmem_base() + at), "not in the direct map");
}
