// SPDX-License-Identifier: GPL-2.0
#include <time.h>
#include <unistd.h>
#include "dsm.h"

static unsigned int now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* False when the three calls took longer than the scrub: nothing is known. */
static bool see_it_busy(uint64_t base, uint64_t size)
{
	unsigned int start = now_ms();
	uint32_t again, status;
	union ars_result res;

	EQUAL("start", ars_start(base, size, ND_ARS_PERSISTENT, 0), DSM_OK);
	again = ars_start(base, size, ND_ARS_PERSISTENT, 0);
	status = ars_status(&res);
	if (now_ms() - start >= SCRUB_MS)
		return false;
	EQUAL("a second start", again, DSM_BUSY);
	EQUAL("status at once", status, ARS_RUNNING);
	EQUAL("records while it runs", res.hdr.num_records, 0);
	return true;
}

/* Later it says of what range it was. */
SCENARIO("a scrub refuses another one until it is done", .on = NFIT)
{
	uint64_t base = region_base(), size = region_size();
	union ars_result res;
	int tries = 0;

	wait_scrub();
	while (!see_it_busy(base, size)) {
		EXPECT(++tries < 10, "three calls never take less than %d ms",
		       SCRUB_MS);
		usleep((SCRUB_MS + 100) * 1000);
	}
	usleep((SCRUB_MS + 100) * 1000);
	EQUAL("status later", ars_status(&res), ARS_DONE);
	EQUAL("address", res.hdr.address, base);
	EQUAL("length", res.hdr.length, size);
	EQUAL("type", res.hdr.type, ND_ARS_PERSISTENT);
}
