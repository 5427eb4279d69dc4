// SPDX-License-Identifier: GPL-2.0
#include <sys/uio.h>
#include "devdax.h"

/* Nobody knew of it: the machine check hits the kernel's copy. */
SCENARIO("device-dax: process_vm_readv that consumes a bad line gets an error",
	 .audit = "C12", .on = NFIT | E820,
	 .stock = "panics: Fatal machine check")
{
	static char buf[PAGE];
	int fd;
	char *p = new_dax(PMD, &fd);
	struct iovec here = { buf, PAGE }, there = { p + BAD_PAGE, PAGE };
	uint64_t phys = dax_base() + BAD_PAGE;
	ssize_t n;

	tolerate_sigbus();
	arm_kernel_loads("rep_movs_alternative,copy_mc_to_kernel,copy_mc_to_user",
			 &phys, 1, LINE);
	n = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
	expect_kernel_load_hit();
	EXPECT(n < 0, "process_vm_readv: %zd", n);
	EXPECT(wait_until_confined(phys), "the page is in the direct map");
	expect_refused(p, "the mapping");
}
