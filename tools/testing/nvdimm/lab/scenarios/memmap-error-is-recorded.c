// SPDX-License-Identifier: GPL-2.0
#include "bad-line.h"

/* Not only NFIT: what the machine check says stands in badblocks. */
SCENARIO("a bad line of memmap= pmem is in badblocks, with its length",
	 .audit = "B3", .on = E820, .stock = "fails: not in badblocks")
{
	off_t page = page_with_bad_line();

	EXPECT(is_bad(page / SECTOR + BAD_SECTOR, 1), "not in badblocks");
	EXPECT(!has_badblock(page / SECTOR, page / SECTOR + BAD_SECTOR - 1) &&
	       !has_badblock(page / SECTOR + BAD_SECTOR + 1,
			     page / SECTOR + 7), "more than one sector is bad");
}
