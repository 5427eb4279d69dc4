// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "dsm.h"

#define UNITS	48
#define STEPS	400

/* One byte for each unit: is it bad? */
static uint8_t model[UNITS];

/* The list has the runs of the model and nothing else. */
static void compare(unsigned int step)
{
	unsigned int i, from, n = 0;
	struct injected inj;

	inject_status(&inj);
	for (i = 0; i < UNITS; i++) {
		from = i;
		while (i < UNITS && model[i])
			i++;
		if (i == from)
			continue;
		EXPECT(n < inj.count, "step %u: no record of unit %u", step,
		       from);
		EQUAL("address", inj.rec[n].addr,
		      region_base() + from * ERROR_UNIT);
		EQUAL("length", inj.rec[n].len, (i - from) * ERROR_UNIT);
		n++;
	}
	EQUAL("records", inj.count, n);
}

/* Half of the steps inject, the others un-inject or clear. */
static void step(uint32_t random)
{
	unsigned int from = (random >> 8) % UNITS;
	unsigned int n = 1 + (random >> 16) % 8;
	unsigned int what = random >> 30;
	uint64_t addr, len, cleared;

	if (from + n > UNITS)
		n = UNITS - from;
	addr = region_base() + from * ERROR_UNIT;
	len = n * ERROR_UNIT;
	memset(model + from, what < 2, n);
	if (what < 2)
		EQUAL("inject", inject(addr, len, 0), DSM_OK);
	else if (what == 2)
		EQUAL("un-inject", uninject(addr, len), DSM_OK);
	else
		EQUAL("clear", clear_error(addr, len, &cleared), DSM_OK);
}

/* Errors overlap, touch, are split and joined in every way; always the same. */
SCENARIO("the list of errors is what a bitmap would be", .on = NFIT)
{
	uint32_t random = 1;
	unsigned int i;

	unbind_pmem();
	for (i = 0; i < STEPS; i++) {
		random = random * 1664525 + 1013904223;
		step(random);
		compare(i);
	}
}
