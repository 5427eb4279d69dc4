// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

/* "Return previous data" takes no time. */
SCENARIO("a scrub for previous data is done at once", .on = NFIT)
{
	uint64_t at = region_base() + 2 * PAGE;
	union ars_result res;

	wait_scrub();
	EQUAL("inject", inject(at, 2 * ERROR_UNIT, 0), DSM_OK);
	scrub_previous_data(&res);
	EQUAL("records", res.hdr.num_records, 1);
	EQUAL("out_length", res.hdr.out_length,
	      ARS_HEADER + sizeof(struct nd_ars_record));
	EQUAL("handle", res.hdr.records[0].handle, 1);
	EQUAL("address", res.hdr.records[0].err_address, at);
	EQUAL("length", res.hdr.records[0].length, 2 * ERROR_UNIT);
}
