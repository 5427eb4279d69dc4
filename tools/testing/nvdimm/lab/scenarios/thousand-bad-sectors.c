// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "dsm.h"

#define FIRST	4096
#define COUNT	1000

/* Every other sector: the block layer's table holds 512 of them. */
SCENARIO("of 1000 separate bad sectors all are refused, and listed",
	 .audit = "B21", .on = NFIT | E820, .demo = true, .stock = "fails: badblocks: No space")
{
	char buf[SECTOR];
	unsigned int i;
	int rc;

	for (i = 0; i < COUNT; i++)
		set_badblock(FIRST + 2 * i, 1);
	for (i = 0; i < COUNT; i++) {
		uint64_t sector = FIRST + 2 * i;

		rc = dread(pmem(), sector * SECTOR, buf, SECTOR);
		EXPECT(rc == -EIO, "bad sector %u of %u: %s", i, COUNT,
		       strerror(-rc));
		rc = dread(pmem(), (sector + 1) * SECTOR, buf, SECTOR);
		EXPECT(!rc, "good sector %u of %u: %s", i, COUNT, strerror(-rc));
	}
	EXPECT(is_bad(FIRST + 2 * (COUNT - 1), 1), "the last is not listed");
	EQUAL("bad sectors of the region", region_bad_sectors(), COUNT);
	ndctl("list -N -M");
	EXPECT(ndctl_said("\"badblock_count\":1000"), "ndctl list does not know");
	unbind_pmem();
	bind_pmem();
	EQUAL("bad sectors after unbind and bind", region_bad_sectors(), COUNT);
	rc = dread(pmem(), (FIRST + 2 * (COUNT - 1)) * SECTOR, buf, SECTOR);
	EXPECT(rc == -EIO, "the last sector: %s", strerror(-rc));
}
