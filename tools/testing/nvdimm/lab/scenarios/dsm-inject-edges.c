// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

/* And when all is bad, that is one error. */
SCENARIO("the first and the last unit of the region can be bad", .on = NFIT)
{
	uint64_t base = region_base(), size = region_size();
	uint64_t last = base + size - ERROR_UNIT;
	struct injected inj;

	EQUAL("first", inject(base, ERROR_UNIT, 0), DSM_OK);
	EQUAL("last", inject(last, ERROR_UNIT, 0), DSM_OK);
	EQUAL("output size", inject_status(&inj), 8 + 2 * sizeof(*inj.rec));
	EQUAL("records", inj.count, 2);
	EQUAL("first address", inj.rec[0].addr, base);
	EQUAL("last address", inj.rec[1].addr, last);
	EQUAL("everything", inject(base, size, 0), DSM_OK);
	inject_status(&inj);
	EQUAL("records", inj.count, 1);
	EQUAL("length", inj.rec[0].len, size);
}
