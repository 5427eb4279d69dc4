// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

#define ERRORS	400

static void exactly_full_is_no_overflow(void)
{
	union ars_result res;

	inject_spread(region_base(), ARS_RECORDS_MAX);
	scrub_previous_data(&res);
	EQUAL("records", res.hdr.num_records, ARS_RECORDS_MAX);
}

/* A result that does not hold all: it says where to go on. */
static void check_stopped(const struct nd_cmd_ars_status *s)
{
	EQUAL("status", s->status, ARS_STOPPED);
	EQUAL("flags", s->flags, ARS_OVERFLOW);
	EQUAL("records", s->num_records, ARS_RECORDS_MAX);
	EQUAL("covered to", s->address + s->length, s->restart_address);
	EQUAL("left to", s->restart_address + s->restart_length,
	      region_base() + region_size());
}

/* As a driver has to do it; the errors come in order, none twice. */
SCENARIO("a scrub that overflows says where to continue", .on = NFIT)
{
	uint64_t addr = region_base(), len = region_size();
	unsigned int seen = 0, restarts = 0, i;
	union ars_result res;

	wait_scrub();
	exactly_full_is_no_overflow();
	inject_spread(region_base(), ERRORS);
	for (;;) {
		EQUAL("start", ars_start(addr, len, ND_ARS_PERSISTENT,
					 ND_ARS_RETURN_PREV_DATA), DSM_OK);
		ars_status(&res);
		for (i = 0; i < res.hdr.num_records; i++, seen++)
			EQUAL("address", res.hdr.records[i].err_address,
			      region_base() + seen * PAGE);
		if (res.hdr.status == ARS_DONE)
			break;
		check_stopped(&res.hdr);
		EXPECT(++restarts < 10, "it never ends");
		addr = res.hdr.restart_address;
		len = res.hdr.restart_length;
	}
	EQUAL("records in all", seen, ERRORS);
	EQUAL("restarts", restarts, (ERRORS - 1) / ARS_RECORDS_MAX);
}
