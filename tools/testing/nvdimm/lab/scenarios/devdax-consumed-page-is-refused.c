// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* A restarted application maps the device again. */
SCENARIO("device-dax: a page that was consumed is refused to whoever comes next",
	 .audit = "B13c", .on = NFIT | E820,
	 .stock = "fails: a new mapping: the bad page can be read")
{
	struct sigbus got;
	char *p;
	int fd;

	p = new_dax(PAGE, &fd);
	got = machine_check_load(p + BAD_LINE, LINE);
	EXPECT(got.taken, "no SIGBUS");
	munmap(p, DAX_LEN);
	close(fd);
	expect_refused_anew("a new mapping");
	in_other_process(expect_refused_anew, "another process");
}
