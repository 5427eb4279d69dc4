// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* Not the base of what one entry maps, and no more than the page. */
SCENARIO("device-dax: SIGBUS names the page that was consumed, not its 2 MiB",
	 .audit = "B13a", .on = NFIT | E820,
	 .stock = "fails: the consumer: si_addr")
{
	struct sigbus got;
	char *p;
	int fd;

	p = new_dax(PMD, &fd);
	got = machine_check_load(p + BAD_LINE, LINE);
	EXPECT(got.taken, "no SIGBUS");
	expect_names(got, p + BAD_PAGE, "the consumer");
	expect_refused(p, "the consumer");
}
