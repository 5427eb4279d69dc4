// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* Nobody knew of it: the machine check hits the kernel's copy. */
SCENARIO("device-dax: a read of /proc/PID/mem that consumes a bad line gets an error",
	 .audit = "C12", .on = NFIT | E820,
	 .stock = "panics: Fatal machine check")
{
	static char buf[PAGE];
	int fd, mem = open("/proc/self/mem", O_RDWR);
	char *p = new_dax(PMD, &fd);
	uint64_t phys = dax_base() + BAD_PAGE;
	ssize_t n;

	EXPECT(mem >= 0, "/proc/self/mem: %m");
	tolerate_sigbus();
	arm_kernel_loads("__access_remote_vm,copy_mc_to_kernel", &phys, 1,
			 LINE);
	n = pread(mem, buf, PAGE, (off_t)p + BAD_PAGE);
	expect_kernel_load_hit();
	EXPECT(n < 0, "read: %zd", n);
	EXPECT(wait_until_confined(phys), "the page is in the direct map");
	expect_refused(p, "the mapping");
}
