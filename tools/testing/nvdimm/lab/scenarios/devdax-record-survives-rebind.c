// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* struct pages and direct map are made anew; the memory is the same. */
SCENARIO("device-dax: what is bad is refused after unbind and bind of the driver",
	 .audit = "B13", .on = NFIT | E820,
	 .stock = "fails: bound again: the bad page can be read")
{
	int fd;
	char *p = new_dax_with_bad_line(PMD, &fd);

	munmap(p, DAX_LEN);
	close(fd);
	unbind_dax();
	bind_dax();
	expect_refused_anew("bound again");
	EXPECT(!in_direct_map(dax_base() + BAD_PAGE), "in the direct map");
	expect_dax_badblock();
}
