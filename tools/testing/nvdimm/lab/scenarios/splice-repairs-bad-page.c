// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"

/* What is written is in pages of the kernel, and not in a buffer of a user. */
static void splice_to(int fd, off_t at, size_t len)
{
	static char buf[FILE_LEN];
	int end[2];
	ssize_t n;

	memset(buf, 'n', len);
	EXPECT(!pipe(end) && write(end[1], buf, len) == (ssize_t)len, "pipe: %m");
	n = splice(end[0], NULL, fd, &at, len, 0);
	EXPECT(n >= 0, "splice: %m");
	EXPECT(n == (ssize_t)len, "splice: %zd of %zu bytes", n, len);
}

SCENARIO("splice() into a bad page repairs it",
	 .audit = "B18d", .on = NFIT | E820,
	 .stock = "fails: splice: Bad address",
	 .stock_e820 = "oopses in memcpy_orig")
{
	const off_t from = BAD_AT - 100, to = BAD_END + 100;
	int fd = file_with_bad_sector("mkfs.ext4", "dax");

	splice_to(fd, from, to - from);
	expect_bytes(fd, 0, from, 'a');
	expect_bytes(fd, from, to - from, 'n');
	expect_bytes(fd, to, FILE_LEN - to, 'a');
	EXPECT(!has_badblock(0, -1ULL), "in badblocks");
}
