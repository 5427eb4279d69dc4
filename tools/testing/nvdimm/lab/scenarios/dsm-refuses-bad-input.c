// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "dsm.h"

#define REFUSED(what, status)	EQUAL(what, status, DSM_INVALID)

static uint64_t base, size;

static void cap_refuses(void)
{
	struct nd_cmd_ars_cap cap;

	REFUSED("cap: below", ars_cap(base - ERROR_UNIT, ERROR_UNIT, &cap));
	REFUSED("cap: above", ars_cap(base + size, ERROR_UNIT, &cap));
	REFUSED("cap: a byte too long", ars_cap(base, size + 1, &cap));
	REFUSED("cap: empty", ars_cap(base, 0, &cap));
	REFUSED("cap: at 0", ars_cap(0, ERROR_UNIT, &cap));
	REFUSED("cap: wrapping", ars_cap(base, -base + ERROR_UNIT, &cap));
	REFUSED("cap: address too high",
		ars_cap(base | 1ULL << 40, ERROR_UNIT, &cap));
	REFUSED("cap: length too high",
		ars_cap(base, ERROR_UNIT | 1ULL << 56, &cap));
	REFUSED("cap: all ones", ars_cap(-1ULL, -1ULL, &cap));
}

static void start_refuses(void)
{
	REFUSED("start: no type", ars_start(base, size, 0, 0));
	REFUSED("start: volatile", ars_start(base, size, ND_ARS_VOLATILE, 0));
	REFUSED("start: both types",
		ars_start(base, size, ND_ARS_VOLATILE | ND_ARS_PERSISTENT, 0));
	REFUSED("start: reserved flag",
		ars_start(base, size, ND_ARS_PERSISTENT, 4));
	REFUSED("start: over the end",
		ars_start(base, size + ERROR_UNIT, ND_ARS_PERSISTENT, 0));
	REFUSED("start: empty", ars_start(base, 0, ND_ARS_PERSISTENT, 0));
}

static void refuse_clear(const char *what, uint64_t addr, uint64_t len)
{
	uint64_t cleared;

	REFUSED(what, clear_error(addr, len, &cleared));
	EQUAL("cleared", cleared, 0);
}

static void clear_refuses(void)
{
	uint64_t last = base + size - ERROR_UNIT;

	refuse_clear("clear: unaligned address", base + 1, ERROR_UNIT);
	refuse_clear("clear: unaligned length", base, ERROR_UNIT - 1);
	refuse_clear("clear: empty", base, 0);
	refuse_clear("clear: from below", base - ERROR_UNIT, 2 * ERROR_UNIT);
	refuse_clear("clear: over the end", last, 2 * ERROR_UNIT);
}

static void inject_refuses(void)
{
	uint64_t last = base + size - ERROR_UNIT;
	uint32_t status;

	REFUSED("inject: unaligned address", inject(base + 8, ERROR_UNIT, 0));
	REFUSED("inject: unaligned length", inject(base, ERROR_UNIT + 8, 0));
	REFUSED("inject: empty", inject(base, 0, 0));
	REFUSED("inject: outside", inject(base + size, ERROR_UNIT, 0));
	REFUSED("inject: over the end", inject(last, 2 * ERROR_UNIT, 0));
	REFUSED("inject: reserved option", inject(base, ERROR_UNIT, 2));
	dsm_call(FN_INJECT, "", 0, &status, sizeof(status));
	REFUSED("inject: no input", status);
}

static void uninject_refuses(void)
{
	uint32_t status;

	REFUSED("un-inject: unaligned", uninject(base + 8, ERROR_UNIT));
	REFUSED("un-inject: outside", uninject(base - ERROR_UNIT, ERROR_UNIT));
	dsm_call(FN_UNINJECT, "", 0, &status, sizeof(status));
	REFUSED("un-inject: no input", status);
}

/* Status 2, "invalid input", and neither the errors nor the scrub change. */
SCENARIO("the _DSM refuses bad input and changes nothing", .on = NFIT)
{
	static union ars_result result, result_after;
	static struct injected list, list_after;

	unbind_pmem();
	wait_scrub();
	base = region_base();
	size = region_size();
	EQUAL("inject", inject(base, 2 * ERROR_UNIT, 0), DSM_OK);
	scrub_previous_data(&result);
	inject_status(&list);
	EQUAL("records", list.count, 1);

	cap_refuses();
	start_refuses();
	clear_refuses();
	inject_refuses();
	uninject_refuses();

	inject_status(&list_after);
	EXPECT(!memcmp(&list, &list_after, sizeof(list)),
	       "the list has changed");
	EQUAL("scrub", ars_status(&result_after), ARS_DONE);
	EXPECT(!memcmp(&result, &result_after, sizeof(result)),
	       "the result of the scrub has changed");
}
