// SPDX-License-Identifier: GPL-2.0
#include <sys/uio.h>
#include "devdax.h"
#include "hwpoison.h"

/*
 * On this process itself, which is as good as any.  The page stays in stock's
 * direct map, so that nothing but a refusal keeps the kernel from it.
 */
SCENARIO("device-dax: process_vm_readv and process_vm_writev stop at a bad page",
	 .audit = "C12", .on = NFIT | E820,
	 .stock = "fails: process_vm_readv from it: 8192")
{
	static char buf[2 * PAGE];
	int fd;
	char *p = new_dax(PMD, &fd);
	struct iovec here = { buf, sizeof(buf) };
	struct iovec bad = { p + BAD_PAGE, sizeof(buf) };
	struct iovec before = { p + BAD_PAGE - PAGE, sizeof(buf) };
	ssize_t n;

	hwpoison(p + BAD_PAGE);
	n = process_vm_readv(getpid(), &here, 1, &bad, 1, 0);
	EXPECT(n < 0, "process_vm_readv from it: %zd", n);
	n = process_vm_readv(getpid(), &here, 1, &before, 1, 0);
	EXPECT(n < 0 || (n == PAGE && all(buf, 'a', PAGE)),
	       "process_vm_readv from before it: %zd", n);
	n = process_vm_writev(getpid(), &here, 1, &bad, 1, 0);
	EXPECT(n < 0, "process_vm_writev to it: %zd", n);
	n = process_vm_writev(getpid(), &here, 1, &before, 1, 0);
	EXPECT(n < 0 || n == PAGE, "process_vm_writev from before it: %zd", n);
	expect_refused(p, "the mapping");
}
