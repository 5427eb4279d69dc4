// SPDX-License-Identifier: GPL-2.0
#include "kunit.h"

/* KUnit: merged, sorted, nothing lost, nothing twice, no memory. */
SCENARIO("the queue of memory failures passes its own tests", .on = NFIT,
	 .stock = "fails: no results")
{
	expect_suite("memory_failure_queue", "queue_test_no_memory");
}
