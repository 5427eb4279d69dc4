// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "lab.h"

/* The machine check hits the very instruction with which the kernel copies. */
SCENARIO("read() of a latent bad line gives EIO, and is remembered",
	 .audit = "C6", .on = NFIT | E820,
	 .stock = "fails: the page is in the direct map",
	 .stock_e820 = "fails: not in badblocks")
{
	static char buf[PAGE];
	off_t at = 64 * PAGE;
	int rc;

	arm_kernel_load(pmem_base() + at, LINE);
	rc = dread(pmem(), at, buf, PAGE);
	expect_kernel_load_hit();
	EXPECT(rc == -EIO, "read: %s", strerror(-rc));
	rc = dread(pmem(), at + PAGE, buf, PAGE);
	EXPECT(!rc, "read of the page after it: %s", strerror(-rc));
	EXPECT(wait_for_badblock(at / SECTOR), "not in badblocks");
	EXPECT(wait_until_confined(pmem_base() + at),
	       "the page is in the direct map");
	rc = dread(pmem(), at, buf, PAGE);
	EXPECT(rc == -EIO, "second read: %s", strerror(-rc));
}
