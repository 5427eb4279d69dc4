// SPDX-License-Identifier: GPL-2.0
#include "revoke.h"

/* Where the next size would take minutes under TCG. */
#define ENOUGH	2000000000LL

static void measure_sizes(size_t entry, unsigned int n)
{
	size_t len, most = pmem_size() - 512 * MIB;	/* the filesystem's own */

	for (len = 64 * MIB; len <= most; len *= 2)
		if (measure_revoking(len, entry, n) > ENOUGH)
			break;
}

SCENARIO("revoking a mapping, from 64 MiB on", .on = LARGE, .bench = true)
{
	start_revoking();
	measure_sizes(PAGE, 10);
	measure_sizes(PMD, 10);
	measure_sizes(PAGE, 200);
	measure_sizes(PMD, 200);
	measure_revoking(64 * MIB, PAGE, 2000);
}
