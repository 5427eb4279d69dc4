// SPDX-License-Identifier: GPL-2.0
#include "dsm.h"

#define AT	(1UL << 20)	/* on the device */

static bool bad_now(void *arg)
{
	(void)arg;
	return is_bad(AT / SECTOR, 1);
}

/* The firmware says 0x81 of its root device, the kernel asks what is new. */
SCENARIO("an error that is notified reaches badblocks by itself", .on = NFIT)
{
	wait_scrub();
	EXPECT(!bad_now(NULL), "bad before");
	EQUAL("inject", inject(pmem_base() + AT, ERROR_UNIT, INJECT_NOTIFY),
	      DSM_OK);
	EXPECT(wait_for(bad_now, NULL, 10000),
	       "no bad block 10 s after the notification");
	EQUAL("bad sectors of the region", region_bad_sectors(), 1);
}
