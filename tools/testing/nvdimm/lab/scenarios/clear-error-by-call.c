// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "dsm.h"

/* It would go past the check of who uses the memory, and past the record. */
SCENARIO("the clear command is not hidden in a call", .audit = "B23", .on = NFIT,
	 .stock = "fails: it is not refused")
{
	uint64_t base = pmem_base();
	int rc;

	EQUAL("inject", inject(base + 16 * SECTOR, ERROR_UNIT, 0), DSM_OK);
	start_scrub();
	wait_scrub();
	EXPECT(is_bad(16, 1), "not in badblocks");
	rc = try_clear_error_by_call(base + 16 * SECTOR, PAGE);
	EXPECT(rc, "it is not refused");
	EXPECT(rc == -ENOTTY, "it is refused: %s", strerror(-rc));
	EXPECT(is_bad(16, 1), "refused, but forgotten");
}
