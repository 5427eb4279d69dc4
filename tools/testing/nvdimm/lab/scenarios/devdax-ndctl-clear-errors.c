// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* ndctl takes the namespace out of use for it, and back. */
SCENARIO("device-dax: ndctl clear-errors makes the page usable",
	 .audit = "B13d", .on = NFIT, .stock = "fails: not in the direct map")
{
	int fd;
	char *p = new_dax_with_bad_line(PMD, &fd);

	EQUAL("bad sectors of the region", region_bad_sectors(), 1);
	munmap(p, DAX_LEN);
	close(fd);
	ndctl("clear-errors namespace0.0");
	EQUAL("bad sectors of the region", region_bad_sectors(), 0);
	EXPECT(wait_for(dax_is_there, NULL, 5000), "no " DAX_PATH);
	fd = open_dax();
	p = map_dax(fd);
	expect_no_signal(p, "repaired");
	EXPECT(in_direct_map(dax_base() + BAD_PAGE), "not in the direct map");
	EXPECT(!hardware_corrupted(), "in HardwareCorrupted");
	expect_no_dax_badblock();
}
