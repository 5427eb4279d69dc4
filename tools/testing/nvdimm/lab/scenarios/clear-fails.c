// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "lab.h"

/*
 * The firmware of this machine fails to clear the last page, does half of the one
 * before it, and nothing of the third last (acpi/nvdr.asl).
 */
static void expect_refusal(unsigned int nth, const char *how)
{
	off_t at = pmem_size() - nth * PAGE;
	static char buf[PAGE];
	int rc;

	set_badblock(at / SECTOR, 8);
	memset(buf, 'n', PAGE);
	rc = dwrite(pmem(), at, buf, PAGE);
	EXPECT(rc == -EIO, "write, the device %s: %s", how, strerror(-rc));
	EXPECT(count_bad(at / SECTOR, 8) == 8,
	       "the device %s: %u of 8 sectors are bad", how,
	       count_bad(at / SECTOR, 8));
	rc = dread(pmem(), at, buf, SECTOR);
	EXPECT(rc == -EIO, "read, the device %s: %s", how, strerror(-rc));
}

SCENARIO("a device that clears half, nothing, or fails: EIO, and all is bad still",
	 .audit = "B18", .on = NFIT,
	 .stock = "fails: the device clears half: 4 of 8 sectors are bad")
{
	expect_refusal(1, "fails");
	expect_refusal(3, "clears nothing");
	expect_refusal(2, "clears half");
}
