// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"

/* All of it, and parts of the good ones beside it. */
static void zero_sector(const char *mkfs, const char *opts, int mode)
{
	const off_t from = BAD_AT - 100, to = BAD_END + 200;
	int fd = file_with_bad_sector(mkfs, opts);

	EXPECT(!fallocate(fd, mode, from, to - from), "fallocate: %m");
	expect_bytes(fd, 0, from, 'a');
	expect_bytes(fd, from, to - from, 0);
	expect_bytes(fd, to, FILE_LEN - to, 'a');
	EXPECT(!has_badblock(0, -1ULL), "in badblocks");
	leave_file(fd);
}

SCENARIO("zeroing or punching out a whole bad sector repairs it",
	 .audit = "B19c", .on = NFIT | E820,
	 .stock = "fails: fallocate: Input/output error",
	 .stock_e820 = "oopses in dax_zero_range")
{
	zero_sector("mkfs.ext4", "dax", ZERO_RANGE);
	zero_sector("mkfs.ext4", "dax", PUNCH_HOLE);
	zero_sector("mkfs.xfs", "dax=always", ZERO_RANGE);
	zero_sector("mkfs.xfs", "dax=always", PUNCH_HOLE);
}
