// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"

/* The rest of the sector cannot be kept, and is not to be invented. */
static void zero_part(const char *mkfs, const char *opts)
{
	int fd = file_with_bad_sector(mkfs, opts);
	char buf[PAGE];

	expect_eio(fallocate(fd, ZERO_RANGE, BAD_AT + 200, 100), "zeroing");
	expect_eio(fallocate(fd, PUNCH_HOLE, BAD_AT - 100, 200), "punching out");
	expect_refused(fd);
	expect_bytes(fd, 0, PAGE, 'a');
	expect_bytes(fd, 2 * PAGE, 2 * PAGE, 'a');
	memset(buf, 'a', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, PAGE) == PAGE, "pwrite: %m");
	expect_bytes(fd, 0, FILE_LEN, 'a');
	leave_file(fd);
}

SCENARIO("zeroing a part of a bad sector gives EIO",
	 .audit = "B19c", .on = NFIT | E820,
	 .stock_e820 = "oopses in dax_zero_range")
{
	zero_part("mkfs.ext4", "dax");
	zero_part("mkfs.xfs", "dax=always");
}
