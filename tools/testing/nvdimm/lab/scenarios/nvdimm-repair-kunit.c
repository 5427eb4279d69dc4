// SPDX-License-Identifier: GPL-2.0
#include "kunit.h"

/* KUnit: offsets with a start pad, parts of pages, good bytes, repairs by sector. */
SCENARIO("the arithmetic of repairs passes its own tests", .on = NFIT,
	 .stock = "fails: no results")
{
	expect_suite("nvdimm_repair", "repair_test_write_short");
}
