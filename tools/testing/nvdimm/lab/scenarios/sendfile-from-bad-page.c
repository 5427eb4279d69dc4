// SPDX-License-Identifier: GPL-2.0
#include <sys/sendfile.h>
#include "bad-file.h"

static char buf[FILE_LEN];

/* To a new file; what has arrived is right. */
static ssize_t send_from(int fd, off_t at)
{
	int out = open("/out", O_RDWR | O_CREAT | O_TRUNC, 0644);
	ssize_t n;

	EXPECT(out >= 0, "/out: %m");
	n = sendfile(out, fd, &at, FILE_LEN);
	EXPECT(n < 0 || (pread(out, buf, FILE_LEN, 0) == n && all(buf, 'a', n)),
	       "other data has arrived");
	return n;
}

/* To a pipe; the same. */
static ssize_t splice_from(int fd, off_t at)
{
	int end[2];
	ssize_t n;

	EXPECT(!pipe(end), "pipe: %m");
	n = splice(fd, &at, end[1], NULL, FILE_LEN, 0);
	EXPECT(n < 0 || (read(end[0], buf, FILE_LEN) == n && all(buf, 'a', n)),
	       "other data has arrived");
	return n;
}

static void try(const char *what, ssize_t (*from)(int fd, off_t at), int fd)
{
	ssize_t n = from(fd, 0);

	EXPECT(n >= 0, "%s: %m", what);
	EXPECT(n == BAD_AT, "%s ends at %zd", what, n);
	expect_eio(from(fd, BAD_AT), what);
	n = from(fd, BAD_END);
	EXPECT(n >= 0, "%s behind it: %m", what);
	EXPECT(n == FILE_LEN - BAD_END, "%s behind it: %zd bytes", what, n);
}

SCENARIO("sendfile() and splice() end at a bad sector, and can go on behind it",
	 .audit = "B19a", .on = NFIT | E820,
	 .stock = "fails: sendfile: Input/output error",
	 .stock_e820 = "fails: sendfile ends at 4096")
{
	int fd = file_with_bad_sector("mkfs.ext4", "dax");

	try("sendfile", send_from, fd);
	try("splice", splice_from, fd);
	expect_as_before(fd);
}
