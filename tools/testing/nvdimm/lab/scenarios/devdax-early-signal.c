// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"
#include "user.h"

/* It has not consumed anything, and asked to be told (PR_MCE_KILL_EARLY). */
SCENARIO("device-dax: an early signal names one page, which is lost then",
	 .audit = "B13a", .on = NFIT | E820, .stock = "fails: early: si_addr")
{
	struct user *early;
	int fd;

	new_dax(PMD, &fd);
	early = new_user(DAX_PATH, PMD, EARLY);
	EXPECT(user_addr_of(early, early->map + PAGE), "not mapped");
	find_bad_line(dax_base() + BAD_LINE);
	expect_early(early, early->map + BAD_PAGE);
	expect_lost(early, early->map + BAD_PAGE, "early");
}
