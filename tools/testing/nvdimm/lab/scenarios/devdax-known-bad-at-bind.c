// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* The platform knew of it before there was a device. */
SCENARIO("device-dax: what is known to be bad is refused from the start",
	 .audit = "B13c", .on = NFIT,
	 .stock = "fails: the first mapping: the bad page can be read")
{
	uint64_t phys;

	make_dax(PMD);
	phys = dax_base();
	unbind_dax();
	ndctl("disable-namespace namespace0.0");
	firmware_finds(phys + BAD_SECTOR);
	ndctl("enable-namespace namespace0.0");
	EXPECT(wait_for(dax_is_there, NULL, 5000), "no " DAX_PATH);
	EQUAL("resource", dax_base(), phys);
	expect_refused_anew("the first mapping");
	EXPECT(!in_direct_map(phys + BAD_PAGE), "in the direct map");
	EXPECT(in_direct_map(phys + BAD_PAGE + PAGE),
	       "the page after it is not in the direct map");
	expect_dax_badblock();
}
