// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* dd and the like get to what they repair by it. */
SCENARIO("device-dax: lseek() to a place and to the end",
	 .on = NFIT | E820, .audit = "B13d", .stock = "fails: SEEK_END: 0")
{
	char buf[PAGE];
	off_t at;
	char *p;
	int fd;

	p = new_dax(PMD, &fd);
	at = lseek(fd, 0, SEEK_END);
	EXPECT(at == (off_t)dax_size(), "SEEK_END: %lld", (long long)at);
	EXPECT(read(fd, buf, PAGE) == 0, "read at the end");
	at = lseek(fd, 7 * PAGE, SEEK_SET);
	EXPECT(at == 7 * PAGE, "SEEK_SET: %lld", (long long)at);
	memset(buf, 'w', PAGE);
	EXPECT(write(fd, buf, PAGE) == PAGE, "write: %m");
	EXPECT(all(p, 'a', 7 * PAGE) && all(p + 7 * PAGE, 'w', PAGE) &&
	       all(p + 8 * PAGE, 'a', PAGE), "written elsewhere");
	EXPECT(read(fd, buf, PAGE) == PAGE && all(buf, 'a', PAGE), "read: %m");
	at = lseek(fd, -(off_t)PAGE, SEEK_CUR);
	EXPECT(at == 8 * PAGE, "SEEK_CUR: %lld", (long long)at);
}
