// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

/*
 * The device clears 256 bytes at a time.  A sector with an error in either half
 * is bad until both are cleared, and good then.
 */
SCENARIO("a sector is good when both halves of it were cleared", .on = NFIT,
	 .stock = "fails: line 23: bad sectors, none is bad: 0x1")
{
	uint64_t base = region_base(), cleared;

	unbind_pmem();
	EQUAL("inject", inject(base, 2 * ERROR_UNIT, INJECT_NOTIFY), DSM_OK);
	start_scrub();
	wait_scrub();
	EQUAL("bad sectors", region_bad_sectors(), 1);
	EQUAL("clear", clear_error(base, ERROR_UNIT, &cleared), DSM_OK);
	EQUAL("cleared", cleared, ERROR_UNIT);
	EQUAL("bad sectors, one half is bad", region_bad_sectors(), 1);
	EQUAL("clear", clear_error(base + ERROR_UNIT, ERROR_UNIT, &cleared),
	      DSM_OK);
	EQUAL("bad sectors, none is bad", region_bad_sectors(), 0);
}
