// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

SCENARIO("device-dax: write() with a bad page as its buffer gets an error",
	 .audit = "B13c", .on = NFIT | E820, .stock = "fails: write: 4096")
{
	int fd, file = open("/f", O_RDWR | O_CREAT, 0600);
	char *p = new_dax_with_bad_line(PMD, &fd);
	ssize_t n;

	EXPECT(file >= 0, "/f: %m");
	n = pwrite(file, p + BAD_PAGE, PAGE, 0);
	EXPECT(n < 0, "write: %zd", n);
	n = pwrite(file, p + BAD_PAGE - PAGE, 2 * PAGE, 0);
	EXPECT(n < (ssize_t)(2 * PAGE), "write from before it: %zd", n);
	EXPECT(pwrite(file, p + BAD_PAGE + PAGE, PAGE, 0) == PAGE,
	       "write of the page after it: %m");
	expect_refused(p, "the mapping");
}
