// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

/* Half a sector is enough.  Clearing what is good does no harm. */
SCENARIO("clearing the middle of an error leaves both ends", .on = NFIT)
{
	uint64_t base = region_base(), cleared;
	struct injected inj;

	unbind_pmem();
	EQUAL("inject", inject(base, 8 * ERROR_UNIT, 0), DSM_OK);
	EQUAL("clear", clear_error(base + 3 * ERROR_UNIT, ERROR_UNIT, &cleared),
	      DSM_OK);
	EQUAL("cleared", cleared, ERROR_UNIT);
	EQUAL("clear good", clear_error(base + 16 * PAGE, PAGE, &cleared),
	      DSM_OK);
	EQUAL("cleared", cleared, PAGE);
	inject_status(&inj);
	EQUAL("records", inj.count, 2);
	EQUAL("left address", inj.rec[0].addr, base);
	EQUAL("left length", inj.rec[0].len, 3 * ERROR_UNIT);
	EQUAL("right address", inj.rec[1].addr, base + 4 * ERROR_UNIT);
	EQUAL("right length", inj.rec[1].len, 4 * ERROR_UNIT);
}
