// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"

static void collapse(const char *mkfs, const char *opts)
{
	int fd = file_with_bad_sector(mkfs, opts);

	EXPECT(!fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, PAGE, PAGE),
	       "fallocate: %m");
	expect_bytes(fd, 0, FILE_LEN - PAGE, 'a');
	EXPECT(!fallocate(fd, FALLOC_FL_INSERT_RANGE, PAGE, PAGE),
	       "fallocate: %m");
	expect_bytes(fd, 0, PAGE, 'a');
	expect_bytes(fd, PAGE, PAGE, 0);
	expect_bytes(fd, 2 * PAGE, 2 * PAGE, 'a');
	leave_file(fd);
}

SCENARIO("FALLOC_FL_COLLAPSE_RANGE takes a bad page out of a file",
	 .on = NFIT | E820)
{
	collapse("mkfs.ext4", "dax");
	collapse("mkfs.xfs", "dax=always");
}
