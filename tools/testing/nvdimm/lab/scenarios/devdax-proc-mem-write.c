// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

SCENARIO("device-dax: a write to a bad page by /proc/PID/mem gets an error",
	 .audit = "C12", .on = NFIT | E820,
	 .stock = "oopses in __access_remote_vm")
{
	static char buf[2 * PAGE];
	int fd, mem = open("/proc/self/mem", O_RDWR);
	char *p = new_dax_with_bad_line(PMD, &fd);
	off_t bad = (off_t)p + BAD_PAGE;
	ssize_t n;

	EXPECT(mem >= 0, "/proc/self/mem: %m");
	memset(buf, 'w', sizeof(buf));
	n = pwrite(mem, buf, PAGE, bad);
	EXPECT(n < 0, "write to it: %zd", n);
	n = pwrite(mem, buf, 2 * PAGE, bad - PAGE);
	EXPECT(n == PAGE, "write from before it: %zd, %m", n);
	EXPECT(pwrite(mem, buf, PAGE, bad + PAGE) == PAGE, "write behind it: %m");
	EXPECT(all(p + BAD_PAGE - PAGE, 'w', PAGE) &&
	       all(p + BAD_PAGE + PAGE, 'w', PAGE), "other data");
	expect_refused(p, "the mapping");
}
