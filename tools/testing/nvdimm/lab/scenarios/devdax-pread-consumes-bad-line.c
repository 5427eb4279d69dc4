// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* Nobody knew of it: the machine check hits the copy. */
SCENARIO("device-dax: pread() that consumes a bad line gives EIO, and it is known",
	 .audit = "B13d", .on = NFIT | E820,
	 .stock = "fails: no read(): Invalid argument")
{
	static char buf[PAGE];
	uint64_t phys;
	ssize_t n;
	char *p;
	int fd;

	p = new_dax(PMD, &fd);
	phys = dax_base() + BAD_PAGE;
	EXPECT(pread(fd, buf, PAGE, 0) == PAGE && all(buf, 'a', PAGE),
	       "no read(): %m");
	arm_kernel_load(phys, LINE);
	n = pread(fd, buf, PAGE, BAD_PAGE);
	expect_kernel_load_hit();
	EXPECT(n < 0 && errno == EIO, "pread: %zd, %m", n);
	EXPECT(wait_until_confined(phys), "the page is in the direct map");
	expect_refused(p, "the mapping");
}
