// SPDX-License-Identifier: GPL-2.0
#include "kunit.h"

/* KUnit: overlap, split, merge, re-poison, a million ranges, no memory ... */
SCENARIO("the map of bad lines passes its own tests", .on = NFIT,
	 .stock = "fails: no such module")
{
	/* Who loads it waits for the tests: a minute on a kernel with KASAN. */
	EXPECT(!write_text("/proc/sys/kernel/hung_task_timeout_secs", "200"),
	       "hung_task_timeout_secs: %m");
	load_module("drivers/nvdimm/poison-test");
	expect_suite("nvdimm_poison", "poison_test_million");
}
