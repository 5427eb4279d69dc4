// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* Found by a scrubber, while one process had it mapped. */
SCENARIO("device-dax by 4 KiB: a bad page is refused to all, and none beside it",
	 .audit = "B13c", .on = NFIT | E820,
	 .stock = "fails: the old mapping: the bad page can be read")
{
	int fd;
	char *p = new_dax_with_bad_line(PAGE, &fd);

	expect_refused(p, "the old mapping");
	expect_refused_anew("a new mapping");
	in_other_process(expect_refused_anew, "another process");
}
