// SPDX-License-Identifier: GPL-2.0
#include "nfit-test.h"
#include "found.h"

SCENARIO("nfit_test with struct pages: its firmware finds an error in a mapped page",
	 .audit = "C14", .on = NFIT_TEST,
	 .stock = "fails: killed by signal 7")
{
	load_nfit_test(NFIT_TEST_MEMORY);
	found(NFIT_TEST_MKFS, "dax", firmware_finds_at);
	expect_nothing_bad();
}
