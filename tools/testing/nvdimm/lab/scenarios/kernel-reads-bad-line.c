// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "lab.h"

/* The machine check hits the very instruction with which the kernel copies. */
SCENARIO("read() of a latent bad line gives EIO", .on = NFIT | E820)
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
}
