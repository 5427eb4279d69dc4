// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

SCENARIO("device-dax: pread() ends where the bad line begins, and EIO from there",
	 .audit = "B13d", .on = NFIT | E820,
	 .stock = "fails: pread from before it: -1, Invalid argument")
{
	static char buf[16 * PAGE];
	int fd;
	ssize_t n;

	new_dax_with_bad_line(PMD, &fd);
	n = pread(fd, buf, sizeof(buf), 0);
	EXPECT(n == BAD_LINE, "pread from before it: %zd, %m", n);
	EXPECT(all(buf, 'a', BAD_LINE), "other data");
	errno = 0;
	n = pread(fd, buf, PAGE, BAD_LINE);
	EXPECT(n < 0 && errno == EIO, "pread from it: %zd, %m", n);
	n = pread(fd, buf, 1, BAD_LINE + LINE - 1);
	EXPECT(n < 0 && errno == EIO, "pread of its last byte: %zd, %m", n);
	memset(buf, 0, PAGE);
	n = pread(fd, buf, PAGE, BAD_LINE + LINE);
	EXPECT(n == PAGE && all(buf, 'a', PAGE), "pread behind it: %zd, %m", n);
}
