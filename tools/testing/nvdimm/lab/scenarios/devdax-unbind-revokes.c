// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

static void expect_gone(char *p, const char *who)
{
	EXPECT(touch(p).taken && touch(p + PMD - PAGE).taken, "%s still reads", who);
	EXPECT(store(p, 'x').taken, "%s still writes", who);
}

static void try_align(size_t align)
{
	char *p, *bad;
	int fd;

	make_dax(align);
	fd = open_dax();
	p = map_dax(fd);
	bad = map_dax(fd);
	EXPECT(!store(p, 'a').taken && !touch(bad).taken, "SIGBUS");
	find_bad_line(dax_base() + BAD_LINE);
	EXPECT(!touch(p).taken, "SIGBUS");
	unbind_dax();
	expect_gone(p, "a mapping");
	expect_gone(bad, "another mapping");
	munmap(p, DAX_LEN);
	munmap(bad, DAX_LEN);
	close(fd);
	bind_dax();
}

/* Also where one of its pages was bad. */
SCENARIO("device-dax: unbind takes the memory from all who have it mapped",
	 .audit = "B5", .on = NFIT | E820)
{
	try_align(PMD);
	try_align(PAGE);
}
