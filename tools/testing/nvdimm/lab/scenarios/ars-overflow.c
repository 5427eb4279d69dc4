// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

#define ERRORS	400

/*
 * The result of a scrub holds 168 errors; the driver has to go on where it
 * stops (ars_continue() in drivers/acpi/nfit/core.c), twice.
 */
SCENARIO("a scrub finds all of 400 errors", .on = NFIT, .demo = true,
	 .stock = "fails: 168 of 400")
{
	unsigned int found;

	wait_scrub();
	EQUAL("bad sectors before", region_bad_sectors(), 0);
	inject_spread(region_base() + (16UL << 20), ERRORS);
	start_scrub();
	wait_scrub();
	found = region_bad_sectors();
	EXPECT(found == ERRORS, "%u of %u", found, ERRORS);
}
