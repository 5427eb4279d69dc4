// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* The result of a scrub (ARS): no machine check, and nobody touched it. */
SCENARIO("device-dax: a mapped page that the firmware's scrub finds is refused",
	 .audit = "C5", .on = NFIT,
	 .stock = "fails: the old mapping: the bad page can be read")
{
	uint64_t line;
	char *p;
	int fd;

	p = new_dax(PMD, &fd);
	line = dax_base() + BAD_SECTOR;
	firmware_finds(line);
	EXPECT(!addr_of(p + BAD_PAGE), "the old mapping: the bad page can be read");
	expect_refused(p, "the old mapping");
	expect_refused_anew("a new mapping");
	expect_dax_badblock();
}
