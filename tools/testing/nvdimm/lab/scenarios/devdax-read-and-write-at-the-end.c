// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

SCENARIO("device-dax: there is nothing to read beyond the end, nor room to write",
	 .on = NFIT | E820, .audit = "B13d",
	 .stock = "fails: pread up to it: -1, Invalid argument")
{
	char buf[200];
	off_t end;
	ssize_t n;
	int fd;

	make_dax(PMD);
	end = dax_size();
	fd = open_dax();
	n = pread(fd, buf, sizeof(buf), end - 100);
	EXPECT(n == 100, "pread up to it: %zd, %m", n);
	n = pread(fd, buf, sizeof(buf), end);
	EXPECT(!n, "pread at it: %zd, %m", n);
	n = pread(fd, buf, sizeof(buf), end + PMD);
	EXPECT(!n, "pread beyond it: %zd, %m", n);
	n = pwrite(fd, buf, sizeof(buf), end);
	EXPECT(n < 0 && errno == ENOSPC, "pwrite at it: %zd, %m", n);
	n = pwrite(fd, buf, sizeof(buf), end + PMD);
	EXPECT(n < 0 && errno == ENOSPC, "pwrite beyond it: %zd, %m", n);
	n = pwrite(fd, buf, sizeof(buf), end - 100);
	EXPECT(n == 100 || (n < 0 && errno == ENOSPC), "pwrite up to it: %zd, %m",
	       n);
}
