// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

/* It would go past the check of who uses the memory; stock refuses it by chance. */
SCENARIO("the clear command is not hidden in a call", .audit = "B23", .on = NFIT)
{
	uint64_t base = pmem_base();

	EQUAL("inject", inject(base + 16 * SECTOR, ERROR_UNIT, 0), DSM_OK);
	start_scrub();
	wait_scrub();
	EXPECT(is_bad(16, 1), "not in badblocks");
	EXPECT(try_clear_error_by_call(base + 16 * SECTOR, PAGE),
	       "it is not refused");
	EXPECT(is_bad(16, 1), "refused, but forgotten");
}
