// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"
#include "hwpoison.h"

/* A test of an application's handler should test what happens with hardware. */
SCENARIO("device-dax: MADV_HWPOISON makes a page that is refused to everybody",
	 .audit = "B13c", .on = NFIT | E820,
	 .stock = "fails: MADV_HWPOISON: si_addr")
{
	struct sigbus got;
	char *p;
	int fd;

	p = new_dax(PMD, &fd);
	got = hwpoison(p + BAD_PAGE);
	expect_names(got, p + BAD_PAGE, "MADV_HWPOISON");
	expect_refused(p, "the old mapping");
	expect_refused_anew("a new mapping");
	in_other_process(expect_refused_anew, "another process");
	EQUAL("bad sectors", dax_bad_sectors(0, -1ULL), PAGE / SECTOR);
}
