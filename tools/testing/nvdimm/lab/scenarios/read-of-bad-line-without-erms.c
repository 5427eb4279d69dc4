// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "lab.h"

/* Of the device, by a copy between two pages of the kernel. */
SCENARIO("without ERMS, a read that consumes a bad line gives EIO",
	 .audit = "B29", .on = NOERMS,
	 .stock_e820 = "panics: Fatal machine check")
{
	static char buf[PAGE];
	off_t at = 64 * PAGE;
	int rc;

	arm_kernel_load(pmem_base() + at, LINE);
	rc = dread(pmem(), at, buf, PAGE);
	expect_kernel_load_hit();
	EXPECT(rc == -EIO, "read: %s", strerror(-rc));
	EXPECT(wait_for_badblock(at / SECTOR), "not in badblocks");
	EXPECT(wait_until_confined(pmem_base() + at),
	       "the page is in the direct map");
	rc = dread(pmem(), at + PAGE, buf, PAGE);
	EXPECT(!rc, "read of the page after it: %s", strerror(-rc));
}
