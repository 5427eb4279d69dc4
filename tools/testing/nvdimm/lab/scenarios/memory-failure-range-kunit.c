// SPDX-License-Identifier: GPL-2.0
#include "kunit.h"

/* KUnit: what a process is told of the range that it has lost. */
SCENARIO("the address and size of a signal pass their own tests", .on = NFIT,
	 .stock = "fails: no results")
{
	expect_suite("memory_failure_range", "range_test_user");
}
