// SPDX-License-Identifier: GPL-2.0
#include "kunit.h"

/* KUnit: the way back through stripes, against the way that bios take. */
SCENARIO("the way back through a striped target passes its own tests", .on = NFIT,
	 .stock = "fails: no results")
{
	expect_suite("dm_stripe_dax", "stripe_test_all");
}
