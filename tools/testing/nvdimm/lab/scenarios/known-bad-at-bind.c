// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "dsm.h"

/* The platform knew of it before the driver did. */
SCENARIO("what is known to be bad is out of the direct map from the start",
	 .audit = "C10", .on = NFIT, .stock = "fails: in the direct map")
{
	uint64_t phys = pmem_base() + 64 * PAGE;
	static char buf[PAGE];
	int rc;

	unbind_pmem();
	wait_scrub();
	EQUAL("inject", inject(phys, ERROR_UNIT, 0), DSM_OK);
	start_scrub();
	wait_scrub();
	bind_pmem();
	EXPECT(is_bad(64 * PAGE / SECTOR, 1), "not in badblocks");
	EXPECT(!in_direct_map(phys), "in the direct map");
	EXPECT(in_direct_map(phys + PAGE), "the page after it is not");
	rc = dwrite(pmem(), 64 * PAGE, buf, SECTOR);
	EXPECT(!rc, "write: %s", strerror(-rc));
	EXPECT(in_direct_map(phys), "repaired, but not in the direct map");
}
