// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include "lab.h"

/* The process that got SIGBUS touches the page once more, at once. */
SCENARIO("a bad page is not mapped again",
	 .audit = "B14", .on = NFIT | E820, .demo = true,
	 .stock_e820 = "fails: the bad page can be read")
{
	struct sigbus got;
	char *p;
	int fd;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	got = machine_check_load(p + PAGE, LINE);
	EXPECT(got.taken, "no SIGBUS");
	got = touch(p + PAGE + 1024);
	EXPECT(got.taken, "the bad page can be read");
	EXPECT(got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT(!touch(p).taken, "the page before it cannot be read");
}
