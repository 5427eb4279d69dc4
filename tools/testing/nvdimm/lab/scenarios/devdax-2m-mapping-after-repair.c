// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* What was mapped by pages while one of them was bad. */
SCENARIO("device-dax: repaired memory is mapped by 2 MiB again",
	 .audit = "B13d", .on = NFIT | E820,
	 .stock = "fails: pwrite: Invalid argument")
{
	static char page[PAGE];
	int fd;
	char *p = new_dax_with_bad_line(PMD, &fd);

	memset(page, 'r', PAGE);
	EXPECT(pwrite(fd, page, PAGE, BAD_PAGE) == PAGE, "pwrite: %m");
	munmap(p, DAX_LEN);
	p = map_dax(fd);
	EXPECT(!touch(p).taken, "SIGBUS");
	EXPECT(addr_of(p + PMD - PAGE), "not mapped by 2 MiB");
	EXPECT(all(p, 'a', BAD_PAGE) && all(p + BAD_PAGE, 'r', PAGE), "other data");
}
