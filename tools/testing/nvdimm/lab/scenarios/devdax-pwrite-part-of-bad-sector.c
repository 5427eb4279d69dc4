// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

static char data[PAGE];

static void expect_eio(int fd, size_t len, off_t at)
{
	errno = 0;
	EXPECT(pwrite(fd, data, len, at) < 0 && errno == EIO,
	       "pwrite of %zu bytes at sector %+lld: %m", len,
	       (long long)(at - (off_t)BAD_SECTOR));
}

/* The rest of the sector is lost, and is not made up. */
SCENARIO("device-dax: pwrite() of a part of a bad sector gives EIO",
	 .audit = "B13d", .on = NFIT | E820,
	 .stock = "fails: pwrite of 64 bytes at sector +128: Invalid argument")
{
	int fd;
	char *p = new_dax_with_bad_line(PMD, &fd);

	memset(data, 'r', PAGE);
	expect_eio(fd, LINE, BAD_LINE);
	expect_eio(fd, SECTOR, BAD_SECTOR + 8);
	expect_eio(fd, SECTOR - 1, BAD_SECTOR + 1);
	expect_refused(p, "not repaired");
	expect_dax_badblock();
	EXPECT(pwrite(fd, data, SECTOR, BAD_SECTOR + SECTOR) == SECTOR,
	       "pwrite of the sector after it: %m");
	EXPECT(pwrite(fd, data, SECTOR, BAD_SECTOR - SECTOR) == SECTOR,
	       "pwrite of the sector before it: %m");
	expect_dax_badblock();
	EXPECT(pwrite(fd, data, SECTOR, BAD_SECTOR) == SECTOR, "pwrite: %m");
	EXPECT(all(p + BAD_SECTOR - SECTOR, 'r', 3 * SECTOR), "other data");
}
