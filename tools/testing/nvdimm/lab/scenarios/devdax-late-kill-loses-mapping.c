// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"
#include "user.h"

/* Most processes do not ask for signals about errors that they have not met. */
SCENARIO("device-dax: a bad page is unmapped from those who are not told",
	 .audit = "B11", .on = NFIT | E820,
	 .stock = "fails: late: the bad page is still mapped")
{
	struct user *late;
	struct sigbus got;
	int fd;

	new_dax(PMD, &fd);
	late = new_user(DAX_PATH, PMD, 0);
	EXPECT(user_addr_of(late, late->map + BAD_PAGE), "not mapped");
	find_bad_line(dax_base() + BAD_LINE);
	EXPECT(!late->signals, "a signal that nobody asked for");
	expect_lost(late, late->map + BAD_PAGE, "late");
	got = user_touch(late, late->map + BAD_PAGE);
	EXPECT(got.taken, "late: the bad page can be read");
	expect_names(got, late->map + BAD_PAGE, "late");
}
