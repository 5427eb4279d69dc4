// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

static void expect_only(union ars_result *res, uint64_t addr)
{
	EQUAL("status", ars_status(res), ARS_DONE);
	EQUAL("records", res->hdr.num_records, 1);
	EQUAL("address", res->hdr.records[0].err_address, addr);
}

/*
 * What happens between the scrub and the first look at its result is in it,
 * what happens after that is not, until the next scrub.
 */
SCENARIO("the result of a scrub stays as it was first read", .on = NFIT)
{
	uint64_t base = region_base(), size = region_size(), cleared;
	union ars_result res;

	unbind_pmem();
	wait_scrub();
	EQUAL("inject", inject(base, ERROR_UNIT, 0), DSM_OK);
	EQUAL("inject", inject(base + PAGE, ERROR_UNIT, 0), DSM_OK);
	EQUAL("start", ars_start(base, size, ND_ARS_PERSISTENT,
				 ND_ARS_RETURN_PREV_DATA), DSM_OK);
	EQUAL("clear", clear_error(base, ERROR_UNIT, &cleared), DSM_OK);
	expect_only(&res, base + PAGE);

	EQUAL("clear", clear_error(base + PAGE, ERROR_UNIT, &cleared), DSM_OK);
	EQUAL("inject", inject(base + 2 * PAGE, ERROR_UNIT, 0), DSM_OK);
	expect_only(&res, base + PAGE);

	scrub_previous_data(&res);
	expect_only(&res, base + 2 * PAGE);
}
