// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

SCENARIO("device-dax: what is bad is refused after the namespace was disabled",
	 .audit = "B13", .on = NFIT | E820,
	 .stock = "fails: enabled again: the bad page can be read")
{
	int fd;
	char *p = new_dax_with_bad_line(PMD, &fd);

	munmap(p, DAX_LEN);
	close(fd);
	ndctl("disable-namespace namespace0.0");
	ndctl("enable-namespace namespace0.0");
	EXPECT(wait_for(dax_is_there, NULL, 5000), "no " DAX_PATH);
	expect_refused_anew("enabled again");
	EXPECT(!in_direct_map(dax_base() + BAD_PAGE), "in the direct map");
	expect_dax_badblock();
}
