// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* Nobody has ever touched what turns out to be bad. */
SCENARIO("device-dax: a page that goes bad before it is mapped is refused",
	 .audit = "B13b", .on = NFIT | E820,
	 .stock = "fails: the first mapping: the bad page can be read")
{
	make_dax(PMD);
	find_bad_line(dax_base() + BAD_LINE);
	expect_refused_anew("the first mapping");
	EXPECT(!in_direct_map(dax_base() + BAD_PAGE), "in the direct map");
	EXPECT(in_direct_map(dax_base() + BAD_PAGE + PAGE),
	       "the page after it is not in the direct map");
}
