// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "lab.h"

#define NOT_ADDRESS	(1ULL << 50)	/* such as the key of encrypted memory */

/*
 * A raw namespace has no struct pages, so that memory_failure() knows nothing of
 * it; the nfit driver is told by the machine check code.
 */
SCENARIO("an error in a raw namespace is recorded; bits beside the address are not",
	 .audit = "B22", .on = NFIT, .stock = "fails: not in badblocks")
{
	uint64_t phys;
	char buf[SECTOR];
	int rc;

	EXPECT(!sh("ndctl create-namespace -f -e namespace0.0 -m raw >/tmp/n 2>&1"),
	       "ndctl create-namespace");
	phys = read_u64("/sys/bus/nd/devices/namespace0.0/resource") + 64 * PAGE;
	machine_check_scrub(phys | NOT_ADDRESS, LINE);
	EXPECT(wait_for_badblock(64 * PAGE / SECTOR), "not in badblocks");
	rc = dread(pmem(), 64 * PAGE, buf, SECTOR);
	EXPECT(rc == -EIO, "read: %s", strerror(-rc));
	rc = dread(pmem(), 64 * PAGE + SECTOR, buf, SECTOR);
	EXPECT(!rc, "read of the sector after it: %s", strerror(-rc));
	rc = dwrite(pmem(), 64 * PAGE, buf, SECTOR);
	EXPECT(!rc, "write: %s", strerror(-rc));
	EXPECT(!has_badblock(0, -1ULL), "written, but in badblocks");
}
