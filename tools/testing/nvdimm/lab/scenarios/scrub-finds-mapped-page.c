// SPDX-License-Identifier: GPL-2.0
#include "found.h"

static void inject_and_wait(uint64_t phys)
{
	wait_scrub();
	EQUAL("inject", inject(phys, ERROR_UNIT, INJECT_NOTIFY), DSM_OK);
	EXPECT(wait_for_badblock((phys - pmem_base()) / SECTOR),
	       "not in badblocks");
	wait_scrub();
}

SCENARIO("a scrub finds an error in a mapped page: unmapped, nobody dies",
	 .audit = "C5", .on = NFIT, .demo = true,
	 .stock = "fails: the bad page is still mapped")
{
	found("mkfs.ext4", "dax", inject_and_wait);
}
