// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

SCENARIO("device-dax: a read of /proc/PID/mem ends where the bad page begins",
	 .audit = "C12", .on = NFIT | E820,
	 .stock = "oopses in __access_remote_vm")
{
	static char buf[3 * PAGE];
	int fd, mem = open("/proc/self/mem", O_RDWR);
	char *p = new_dax_with_bad_line(PMD, &fd);
	off_t bad = (off_t)p + BAD_PAGE;
	ssize_t n;

	EXPECT(mem >= 0, "/proc/self/mem: %m");
	n = pread(mem, buf, 3 * PAGE, bad - PAGE);
	EXPECT(n >= (ssize_t)PAGE && n < (ssize_t)(2 * PAGE) && all(buf, 'a', PAGE),
	       "read from before it: %zd, %m", n);
	n = pread(mem, buf, 3 * PAGE, bad + 200);
	EXPECT(n < 0 || n < (ssize_t)(PAGE - 200), "read from it: %zd", n);
	EXPECT(pread(mem, buf, 2 * PAGE, bad + PAGE) == 2 * PAGE &&
	       all(buf, 'a', 2 * PAGE), "read behind it: %m");
}
