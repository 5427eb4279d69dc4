// SPDX-License-Identifier: GPL-2.0
#include "revoke.h"

SCENARIO("revoking a mapping, with up to 2,000 other processes", .on = COUNT,
	 .bench = true)
{
	start_revoking();
	measure_revoking(64 * MIB, PAGE, 10);
	measure_revoking(64 * MIB, PMD, 10);
	measure_revoking(256 * MIB, PAGE, 200);
	measure_revoking(64 * MIB, PMD, 200);
	measure_revoking(64 * MIB, PAGE, 2000);
}
