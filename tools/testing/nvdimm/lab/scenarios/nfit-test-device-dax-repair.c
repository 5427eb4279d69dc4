// SPDX-License-Identifier: GPL-2.0
#include "nfit-test.h"
#include "devdax.h"

SCENARIO("nfit_test with struct pages: a bad page of a device-dax, until it is written",
	 .audit = "C14", .on = NFIT_TEST,
	 .stock = "oopses in dax_set_mapping")
{
	static char page[PAGE];
	char *p;
	int fd;

	load_nfit_test(NFIT_TEST_MEMORY);
	p = new_dax(PAGE, &fd);
	firmware_finds(dax_base() + BAD_SECTOR);
	expect_refused(p, "found");
	EXPECT(!in_direct_map(dax_base() + BAD_PAGE), "in the direct map");
	memset(page, 'a', PAGE);
	EXPECT(pwrite(fd, page, PAGE, BAD_PAGE) == PAGE, "pwrite: %m");
	expect_no_signal(p, "repaired");
	EXPECT(all(p, 'a', DAX_LEN), "other data");
	EXPECT(in_direct_map(dax_base() + BAD_PAGE), "not in the direct map");
	expect_no_dax_badblock();
}
