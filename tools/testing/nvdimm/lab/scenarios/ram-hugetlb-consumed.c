// SPDX-License-Identifier: GPL-2.0
#include "ram-huge.h"
#include "user.h"

SCENARIO("system RAM: a load from a bad page of hugetlb: SIGBUS, who asked is told as well",
	 .on = E820)
{
	struct user *early;
	uint64_t phys;
	char *p;
	int fd;

	make_huge_pages();
	p = map_huge_file(&fd);
	phys = addr_of(p);
	early = new_user(NULL, 0, EARLY);
	EXPECT(!user_touch(early, p).taken, "SIGBUS");

	ram_mark();
	expect_sigbus(machine_check_load(p + 5 * PAGE, LINE), p + 5 * PAGE, 21,
		      "load");
	expect_action(phys + 5 * PAGE, "huge page", RECOVERED);
	EXPECT(wait_until_confined(phys + 5 * PAGE), "the page is in the direct map");
	EXPECT(in_direct_map(phys) && in_direct_map(phys + 6 * PAGE),
	       "a good part is not in the direct map");
	EXPECT(wait_for(user_is_signalled, early, 5000), "no early signal");
	EXPECT(early->last.code == BUS_MCEERR_AO, "si_code %d", early->last.code);
	EXPECT(early->last.addr == p + 5 * PAGE && early->last.lsb == 21,
	       "si_addr %p, si_addr_lsb %d", early->last.addr, early->last.lsb);
	EXPECT(user_touch(early, p + PAGE).code == BUS_MCEERR_AR,
	       "the other process has the page");
	expect_rc(unpoison(phys), -EOPNOTSUPP, "unpoison of a real error");
}
