// SPDX-License-Identifier: GPL-2.0
#include "nfit-test.h"
#include "hwpoisoned-file.h"

SCENARIO("nfit_test with struct pages: MADV_HWPOISON",
	 .audit = "C14", .on = NFIT_TEST,
	 .stock = "fails: killed by signal 7")
{
	load_nfit_test(NFIT_TEST_MEMORY);
	hwpoison_file(NFIT_TEST_MKFS);
}
