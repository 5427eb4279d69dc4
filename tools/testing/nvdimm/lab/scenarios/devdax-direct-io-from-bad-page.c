// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* The block driver copies from the page by the kernel's own mapping. */
SCENARIO("device-dax: a direct write with a bad page as its buffer gets an error",
	 .audit = "C12", .on = NFIT | E820,
	 .stock = "oopses in brd_submit_bio")
{
	int fd, disk = open("/dev/ram0", O_RDWR | O_DIRECT);
	char *p = new_dax_with_bad_line(PMD, &fd);
	ssize_t n;

	EXPECT(disk >= 0, "/dev/ram0: %m");
	n = pwrite(disk, p + BAD_PAGE, PAGE, 0);
	EXPECT(n < 0, "write: %zd", n);
	n = pwrite(disk, p + BAD_PAGE - PAGE, 2 * PAGE, 0);
	EXPECT(n < (ssize_t)(2 * PAGE), "write from before it: %zd", n);
	EXPECT(pwrite(disk, p + BAD_PAGE + PAGE, PAGE, 0) == PAGE,
	       "write of the page after it: %m");
	expect_refused(p, "the mapping");
}
