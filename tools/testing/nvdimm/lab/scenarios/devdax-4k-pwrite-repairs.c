// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* More than what is bad, and through a file that was opened after it. */
SCENARIO("device-dax by 4 KiB: pwrite() over a bad page repairs it",
	 .audit = "B13d", .on = NFIT | E820,
	 .stock = "fails: pwrite: Invalid argument")
{
	static char pages[3 * PAGE];
	int fd;
	char *p = new_dax_with_bad_line(PAGE, &fd);

	close(fd);
	fd = open_dax();
	memset(pages, 'r', sizeof(pages));
	EXPECT(pwrite(fd, pages, sizeof(pages), BAD_PAGE - PAGE) == sizeof(pages),
	       "pwrite: %m");
	expect_no_signal(p, "repaired");
	EXPECT(all(p, 'a', BAD_PAGE - PAGE) &&
	       all(p + BAD_PAGE - PAGE, 'r', 3 * PAGE) &&
	       all(p + BAD_PAGE + 2 * PAGE, 'a', PAGE), "other data");
	expect_no_dax_badblock();
}
