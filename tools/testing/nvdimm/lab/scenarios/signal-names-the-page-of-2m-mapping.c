// SPDX-License-Identifier: GPL-2.0
#include "hwpoison.h"
#include "user.h"

#define BAD	5

/* One page is bad, not all that the entry maps. */
SCENARIO("SIGBUS names one page of a 2 MiB mapping, the others can be read",
	 .audit = "C11", .on = NFIT | E820, .stock = "fails: si_addr_lsb 21")
{
	struct user *early;
	struct sigbus got;
	unsigned int i;
	char *p;
	int fd;

	fd = new_file_of_2m_blocks("/mnt/f");
	early = new_user("/mnt/f", PMD, EARLY | UNTOUCHED);
	EXPECT(!user_touch(early, early->map).taken, "SIGBUS");
	EXPECT(user_addr_of(early, early->map + PAGE), "not mapped by 2 MiB");
	p = map_file(fd, PMD, 0);
	got = hwpoison(p + BAD * PAGE);
	EXPECT(got.addr == p + BAD * PAGE, "si_addr %p, not %p", got.addr,
	       p + BAD * PAGE);
	EXPECT(got.lsb == 12, "si_addr_lsb %d", got.lsb);
	expect_early(early, early->map + BAD * PAGE);
	for (i = 0; i < PMD / PAGE; i++)
		EXPECT(touch(p + i * PAGE).taken == (i == BAD), "page %u: %s", i,
		       i == BAD ? "the bad page can be read" : "SIGBUS");
	expect_lost(early, early->map + BAD * PAGE, "the other process");
}
