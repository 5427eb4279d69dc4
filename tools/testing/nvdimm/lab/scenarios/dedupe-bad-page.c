// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "clone.h"

/* Two files with the same contents; nobody can know that of the bad page. */
SCENARIO("dedupe of a page with a bad line gives EIO",
	 .audit = "B20", .on = NFIT | E820,
	 .stock = "fails: FIDEDUPERANGE: success, 16384 bytes",
	 .stock_e820 = "oopses in memcmp")
{
	uint64_t phys, bytes;
	char *p;
	int f, g, rc;

	p = map_new_file("mkfs.xfs -m reflink=1", "dax=always", &f);
	g = new_file("/mnt/g", 4 * PAGE);
	phys = addr_of(p + PAGE);
	EXPECT(!fsync(f), "fsync: %m");
	machine_check_scrub(phys, LINE);
	rc = dedupe(f, 0, g, 0, 4 * PAGE, &bytes);
	EXPECT(rc < 0, "FIDEDUPERANGE: success, %llu bytes", (unsigned long long)bytes);
	EXPECT(rc == -EIO, "FIDEDUPERANGE: %s", strerror(-rc));
	rc = dedupe(g, 0, f, 0, 4 * PAGE, &bytes);
	EXPECT(rc == -EIO, "FIDEDUPERANGE the other way: %s", strerror(-rc));
	rc = dedupe(f, 2 * PAGE, g, 2 * PAGE, 2 * PAGE, &bytes);
	EXPECT(rc == FILE_DEDUPE_RANGE_SAME && bytes == 2 * PAGE,
	       "beside it: %d", rc);
	EXPECT(block_addr(g, PAGE) != phys, "the bad page is shared");
}
