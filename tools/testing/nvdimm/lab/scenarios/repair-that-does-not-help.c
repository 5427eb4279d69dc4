// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "lab.h"

/*
 * Nothing but writing clears an error of this memory, and it may not.  What was
 * written is read back: here that takes a machine check.
 */
SCENARIO("a write that does not clear the error is an error",
	 .audit = "C9", .on = E820, .stock = "fails: hit: no copy_mc from that page")
{
	off_t at = 64 * PAGE;
	static char buf[PAGE];
	int rc;

	set_badblock(at / SECTOR, 8);
	arm_kernel_load(pmem_base() + at, LINE);
	rc = dwrite(pmem(), at, buf, PAGE);
	expect_kernel_load_hit();
	EXPECT(rc == -EIO, "write: %s", strerror(-rc));
	EXPECT(is_bad(at / SECTOR, 8), "not all is bad any more");
	EXPECT(!in_direct_map(pmem_base() + at), "in the direct map");
	usleep(100000);
	rc = dwrite(pmem(), at, buf, PAGE);
	EXPECT(!rc, "second write: %s", strerror(-rc));
	EXPECT(!has_badblock(0, -1ULL), "repaired, but in badblocks");
}
