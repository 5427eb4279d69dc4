// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"

static ssize_t copy(int fd, off_t from, int to)
{
	off_t at = 0;

	return copy_file_range(fd, &from, to, &at, FILE_LEN, 0);
}

/* ext4 has no blocks to share: the kernel reads and writes. */
SCENARIO("copy_file_range() ends at a bad sector, and copies nothing of it",
	 .audit = "B19a", .on = NFIT | E820,
	 .stock = "fails: copy_file_range: Input/output error",
	 .stock_e820 = "fails: copy_file_range ends at 4096")
{
	int fd = file_with_bad_sector("mkfs.ext4", "dax");
	int to = open("/mnt/to", O_RDWR | O_CREAT, 0644);
	ssize_t n;

	EXPECT(to >= 0, "open: %m");
	n = copy(fd, 0, to);
	EXPECT(n >= 0, "copy_file_range: %m");
	EXPECT(n == BAD_AT, "copy_file_range ends at %zd", n);
	expect_bytes(to, 0, BAD_AT, 'a');
	EXPECT(lseek(to, 0, SEEK_END) == BAD_AT, "more than that was written");
	expect_eio(copy(fd, BAD_AT, to), "copy_file_range of the bad sector");
	expect_as_before(fd);
}
