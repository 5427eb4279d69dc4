// SPDX-License-Identifier: GPL-2.0
#include "nfit-test.h"
#include "found.h"

static void scrubber_finds(uint64_t phys)
{
	machine_check_scrub(phys + 128, LINE);
	EXPECT(wait_until_confined(phys), "still in the direct map");
}

SCENARIO("nfit_test with struct pages: a machine check in a mapped page",
	 .audit = "C14", .on = NFIT_TEST,
	 .stock = "fails: killed by signal 7")
{
	load_nfit_test(NFIT_TEST_MEMORY);
	found(NFIT_TEST_MKFS, "dax", scrubber_finds);
}
