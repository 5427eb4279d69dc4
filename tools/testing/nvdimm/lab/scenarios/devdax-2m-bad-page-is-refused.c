// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* The good pages of the 2 MiB are mapped one by one then. */
SCENARIO("device-dax by 2 MiB: a bad page is refused to all, and none beside it",
	 .audit = "B13c", .on = NFIT | E820,
	 .stock = "fails: the old mapping: the bad page can be read")
{
	int fd;
	char *p = new_dax_with_bad_line(PMD, &fd);

	expect_refused(p, "the old mapping");
	expect_refused_anew("a new mapping");
	in_other_process(expect_refused_anew, "another process");
	p = map_dax_at(fd, PMD);
	EXPECT(!touch(p).taken, "SIGBUS in the next 2 MiB");
	EXPECT(addr_of(p + PMD - PAGE), "the next 2 MiB are not mapped as such");
}
