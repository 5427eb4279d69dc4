// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

/* An error that touches one of them is still welcome. */
SCENARIO("error 1025 is refused, and all can be forgotten", .on = NFIT)
{
	uint64_t base = region_base();
	struct injected inj;

	inject_spread(base, ERRORS_MAX);
	EQUAL("one more", inject(base + ERRORS_MAX * PAGE, ERROR_UNIT, 0),
	      DSM_INVALID);
	EQUAL("growing one", inject(base + ERROR_UNIT, ERROR_UNIT, 0), DSM_OK);
	EQUAL("output size", inject_status(&inj),
	      8 + INJECTED_MAX * sizeof(*inj.rec));
	EQUAL("reported", inj.count, INJECTED_MAX);
	EQUAL("length of the grown one", inj.rec[0].len, 2 * ERROR_UNIT);
	uninject_all();
	inject_status(&inj);
	EQUAL("left", inj.count, 0);
}
