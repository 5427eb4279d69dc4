// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

/* The range of the question need not be aligned. */
SCENARIO("ARS capabilities: 4 KiB of output, errors of 256 bytes", .on = NFIT)
{
	uint64_t base = region_base(), size = region_size();
	struct nd_cmd_ars_cap cap;

	EQUAL("status", ars_cap(base, size, &cap), CAP_PERSISTENT);
	EQUAL("max_ars_out", cap.max_ars_out, ARS_OUT_MAX);
	EQUAL("clear_err_unit", cap.clear_err_unit, ERROR_UNIT);
	EQUAL("flags", cap.flags, CAP_NOTIFIES);
	EQUAL("inside", ars_cap(base + 1, 5, &cap), CAP_PERSISTENT);
	EQUAL("last byte", ars_cap(base + size - 1, 1, &cap), CAP_PERSISTENT);
}
