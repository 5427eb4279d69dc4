// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* Not of the namespace: there is a label, or more, before what the device has. */
SCENARIO("device-dax: badblocks counts sectors from the start of the device",
	 .audit = "B13", .on = NFIT | E820,
	 .stock = "fails: " DAX_SYS "/badblocks: No such file")
{
	make_dax(PMD);
	find_bad_line(dax_base() + BAD_LINE);
	expect_dax_badblock();
	find_bad_line(dax_base() + PMD + 7 * SECTOR);
	EQUAL("bad sectors", dax_bad_sectors(0, -1ULL), 2);
	EQUAL("the other one", dax_bad_sectors(PMD / SECTOR + 7, PMD / SECTOR + 7),
	      1);
}
