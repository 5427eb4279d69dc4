// SPDX-License-Identifier: GPL-2.0
#include <sys/uio.h>
#include "devdax.h"

/* Before and after it is known to be bad. */
SCENARIO("device-dax: a bad page does not come out of a pipe",
	 .audit = "C12", .on = NFIT | E820,
	 .stock = "fails: vmsplice of the bad page: 4096")
{
	static char buf[PAGE];
	struct iovec bad;
	int fd, pipes[2];
	char *p;
	ssize_t n;

	p = new_dax(PMD, &fd);
	EXPECT(!pipe(pipes), "pipe: %m");
	bad = (struct iovec){ p + BAD_PAGE, PAGE };
	EXPECT(vmsplice(pipes[1], &bad, 1, 0) == PAGE, "vmsplice: %m");
	find_bad_line(dax_base() + BAD_LINE);
	n = read(pipes[0], buf, PAGE);
	EXPECT(n < 0, "read: %zd", n);
	n = vmsplice(pipes[1], &bad, 1, 0);
	EXPECT(n < 0, "vmsplice of the bad page: %zd", n);
	expect_refused(p, "the mapping");
}
