// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* QEMU's NVDIMM cannot clear errors, and does not say that it can. */
SCENARIO("device-dax: pwrite() gives EIO where nothing clears the error",
	 .audit = "C9", .on = PLAIN, .stock = "fails: pwrite: Invalid argument")
{
	static char page[PAGE];
	int fd;
	char *p = new_dax_with_bad_line(PMD, &fd);
	ssize_t n;

	n = pwrite(fd, page, SECTOR, BAD_SECTOR);
	EXPECT(n < 0 && errno == EIO, "pwrite: %m");
	n = pwrite(fd, page, PAGE, BAD_PAGE);
	EXPECT(n < 0 ? errno == EIO : n == 3 * SECTOR, "pwrite of the page: %zd, %m",
	       n);
	expect_refused(p, "not repaired");
	expect_dax_badblock();
	EXPECT(pwrite(fd, page, SECTOR, BAD_SECTOR + SECTOR) == SECTOR,
	       "pwrite of the sector after it: %m");
}
