// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"

static void zero_pages(const char *mkfs, const char *opts, int mode)
{
	int fd = file_with_bad_sector(mkfs, opts);

	EXPECT(!fallocate(fd, mode, PAGE, 2 * PAGE), "fallocate: %m");
	expect_bytes(fd, 0, PAGE, 'a');
	expect_bytes(fd, PAGE, 2 * PAGE, 0);
	EXPECT(pwrite(fd, "n", 1, PAGE + 7) == 1, "pwrite: %m");
	expect_bytes(fd, PAGE, 7, 0);
	expect_bytes(fd, PAGE + 8, 2 * PAGE - 8, 0);
	expect_bytes(fd, 3 * PAGE, PAGE, 'a');
	leave_file(fd);
}

/* Its blocks are given away or marked, and zeroed when they are used again. */
SCENARIO("whole pages are zeroed and punched out whether they are bad or not",
	 .audit = "B19c", .on = NFIT | E820,
	 .stock_e820 = "oopses in __memcpy_flushcache")
{
	zero_pages("mkfs.ext4", "dax", ZERO_RANGE);
	zero_pages("mkfs.xfs", "dax=always", ZERO_RANGE);
	zero_pages("mkfs.ext4", "dax", PUNCH_HOLE);
	zero_pages("mkfs.xfs", "dax=always", PUNCH_HOLE);
}
