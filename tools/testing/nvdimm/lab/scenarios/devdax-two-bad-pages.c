// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

#define OTHER	(200 * PAGE)

/* Of the same 2 MiB, which stay mapped by pages until the last is repaired. */
SCENARIO("device-dax: of two bad pages, one is repaired and the other refused",
	 .audit = "B13", .on = NFIT | E820,
	 .stock = "fails: pwrite: Invalid argument")
{
	static char page[PAGE];
	int fd;
	char *p = new_dax_with_bad_line(PMD, &fd);

	find_bad_line(dax_base() + OTHER + BAD_LINE - BAD_PAGE);
	EQUAL("HardwareCorrupted, both bad", hardware_corrupted(), 2 * PAGE);
	memset(page, 'r', PAGE);
	EXPECT(pwrite(fd, page, PAGE, OTHER) == PAGE, "pwrite: %m");
	EXPECT(all(p + OTHER, 'r', PAGE), "other data");
	EQUAL("HardwareCorrupted, one bad", hardware_corrupted(), PAGE);
	expect_refused(p, "the old mapping");
	expect_refused_anew("a new mapping");
	expect_dax_badblock();
	EXPECT(pwrite(fd, page, PAGE, BAD_PAGE) == PAGE, "pwrite: %m");
	expect_no_signal(p, "repaired");
	expect_no_dax_badblock();
	EQUAL("HardwareCorrupted", hardware_corrupted(), 0);
}
