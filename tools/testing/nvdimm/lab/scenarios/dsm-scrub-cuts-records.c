// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

/* Two errors of four units each, and a range that has three and two of them. */
SCENARIO("the records of a scrub are cut to its range", .on = NFIT)
{
	uint64_t base = region_base();
	struct nd_ars_record *rec;
	union ars_result res;

	wait_scrub();
	EQUAL("inject", inject(base, 4 * ERROR_UNIT, 0), DSM_OK);
	EQUAL("inject", inject(base + 6 * ERROR_UNIT, 4 * ERROR_UNIT, 0),
	      DSM_OK);
	EQUAL("start", ars_start(base + ERROR_UNIT, 7 * ERROR_UNIT,
				 ND_ARS_PERSISTENT, ND_ARS_RETURN_PREV_DATA),
	      DSM_OK);
	EQUAL("status", ars_status(&res), ARS_DONE);
	EQUAL("records", res.hdr.num_records, 2);
	rec = res.hdr.records;
	EQUAL("first address", rec[0].err_address, base + ERROR_UNIT);
	EQUAL("first length", rec[0].length, 3 * ERROR_UNIT);
	EQUAL("last address", rec[1].err_address, base + 6 * ERROR_UNIT);
	EQUAL("last length", rec[1].length, 2 * ERROR_UNIT);
}
