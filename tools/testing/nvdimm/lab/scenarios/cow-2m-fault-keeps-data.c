// SPDX-License-Identifier: GPL-2.0
#include "cow-2m.h"

/* Whatever becomes of the one who writes. */
SCENARIO("a copy-on-write fault that fails leaves the data in the file",
	 .audit = "B19b", .on = NFIT | E820, .demo = true,
	 .stock = "fails: the clone: other data before it",
	 .stock_e820 = "fails: the clone: other data behind it")
{
	struct cow_2m c = share_2m_with_bad_page();

	EXPECT(store(c.p + BAD, 'n').taken, "the bad page was copied");
	expect_rest(c.file, "the file");
	expect_rest(c.clone, "the clone");
}
