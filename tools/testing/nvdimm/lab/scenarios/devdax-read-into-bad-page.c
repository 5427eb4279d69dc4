// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

SCENARIO("device-dax: read() with a bad page as its buffer gets an error",
	 .audit = "B13c", .on = NFIT | E820, .stock = "fails: read: 4096")
{
	int fd, file = open("/f", O_RDWR | O_CREAT, 0600);
	char *p = new_dax_with_bad_line(PMD, &fd);
	ssize_t n;

	EXPECT(pwrite(file, p, 4 * PAGE, 0) == 4 * PAGE, "/f: %m");
	n = pread(file, p + BAD_PAGE, PAGE, 0);
	EXPECT(n < 0, "read: %zd", n);
	n = pread(file, p + BAD_PAGE - PAGE, 2 * PAGE, 0);
	EXPECT(n < (ssize_t)(2 * PAGE), "read from before it: %zd", n);
	EXPECT(pread(file, p + BAD_PAGE + PAGE, PAGE, 0) == PAGE,
	       "read of the page after it: %m");
	expect_refused(p, "the mapping");
}
