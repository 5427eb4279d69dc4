// SPDX-License-Identifier: GPL-2.0
#include "kunit.h"

/* KUnit: clipped to whom, in which offsets, what is left to the pages ... */
SCENARIO("the registry of who is told of failures passes its own tests", .on = NFIT,
	 .stock = "fails: no such module")
{
	load_module("drivers/dax/failure-test");
	expect_suite("dax_failure", "registry_test_register");
}
