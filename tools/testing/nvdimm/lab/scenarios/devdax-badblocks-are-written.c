// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* An administrator tells, as with a pmem disk: sector, count. */
SCENARIO("device-dax: a page that is written to badblocks is refused from then on",
	 .audit = "B13", .on = NFIT | E820,
	 .stock = "fails: badblocks: No such file")
{
	char told[40];
	char *p;
	int fd, rc;

	p = new_dax(PMD, &fd);
	snprintf(told, sizeof(told), "%lu 1", BAD_SECTOR / SECTOR);
	rc = write_text(DAX_SYS "/badblocks", told);
	EXPECT(!rc, "badblocks: %s", strerror(-rc));
	expect_dax_badblock();
	EXPECT(!addr_of(p + BAD_PAGE), "still mapped");
	expect_refused(p, "the old mapping");
	expect_refused_anew("a new mapping");
	EXPECT(!in_direct_map(dax_base() + BAD_PAGE), "in the direct map");
}
