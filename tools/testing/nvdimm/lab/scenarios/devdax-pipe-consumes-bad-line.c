// SPDX-License-Identifier: GPL-2.0
#include <sys/uio.h>
#include "devdax.h"

/* Nobody knew of it: the machine check hits the kernel's copy. */
SCENARIO("device-dax: reading a bad line out of a pipe gets an error",
	 .audit = "C12", .on = NFIT | E820,
	 .stock = "panics: Fatal machine check")
{
	static char buf[PAGE];
	int fd, pipes[2];
	char *p = new_dax(PMD, &fd);
	struct iovec there = { p + BAD_PAGE, PAGE };
	uint64_t phys = dax_base() + BAD_PAGE;
	ssize_t n;

	EXPECT(!pipe(pipes), "pipe: %m");
	EXPECT(vmsplice(pipes[1], &there, 1, 0) == PAGE, "vmsplice: %m");
	tolerate_sigbus();
	arm_kernel_loads("rep_movs_alternative,copy_mc_to_kernel,copy_mc_to_user",
			 &phys, 1, LINE);
	n = read(pipes[0], buf, PAGE);
	expect_kernel_load_hit();
	EXPECT(n < 0, "read: %zd", n);
	EXPECT(wait_until_confined(phys), "the page is in the direct map");
	expect_refused(p, "the mapping");
}
