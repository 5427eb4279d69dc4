// SPDX-License-Identifier: GPL-2.0
#include "cow-2m.h"

SCENARIO("one bad page in shared 2 MiB does not harm who writes to the others",
	 .audit = "B19b", .on = NFIT | E820, .stock = "fails: SIGBUS")
{
	struct cow_2m c = share_2m_with_bad_page();
	struct sigbus got;

	EXPECT(!store(c.p, 'n').taken, "SIGBUS");
	EXPECT(!store(c.p + PMD - PAGE, 'a').taken, "SIGBUS in the last page");
	got = store(c.p + BAD + 100, 'n');
	EXPECT(got.taken, "the bad page was copied");
	EXPECT(got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT((uintptr_t)got.addr / PAGE == (uintptr_t)(c.p + BAD) / PAGE,
	       "si_addr %p, not in the page at %p", got.addr, c.p + BAD);
	EXPECT(got.lsb == 12, "si_addr_lsb %d", got.lsb);
	EXPECT(*c.p == 'n', "the store is lost");
	expect_rest(c.file, "the file");
	expect_rest(c.clone, "the clone");
}
