// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

static bool region_is_bad(void *unused)
{
	(void)unused;
	return region_bad_sectors();
}

/* ndctl counts from the start of the device, as badblocks does. */
SCENARIO("device-dax: ndctl inject-error makes a page that is refused",
	 .audit = "C5", .on = NFIT,
	 .stock = "fails: the old mapping: the bad page can be read")
{
	char *p;
	int fd;

	p = new_dax(PMD, &fd);
	wait_scrub();
	ndctl("inject-error --block=%lu --count=1 namespace0.0",
	      BAD_SECTOR / SECTOR);
	EXPECT(wait_for(region_is_bad, NULL, 10000), "not in badblocks");
	wait_scrub();
	EQUAL("sector of the region", read_u64("/sys/bus/nd/devices/region0/badblocks"),
	      (dax_base() + BAD_SECTOR - region_base()) / SECTOR);
	expect_refused(p, "the old mapping");
	expect_refused_anew("a new mapping");
	expect_dax_badblock();
}
