// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* While it is online: nobody has consumed it yet, and nobody is to. */
SCENARIO("system RAM: a page that badblocks is told of is not handed out any more",
	 .audit = "B26", .on = NFIT | E820,
	 .stock = "fails: " DAX_SYS "/badblocks")
{
	uint64_t bad;
	char text[40];
	off_t off;
	int rc;

	make_dax(PMD);
	off = dax_off_of_block();
	bad = dax_base() + off + BAD_LINE;
	dax_to_ram();
	snprintf(text, sizeof(text), "%llu 1",
		 (unsigned long long)(off + BAD_SECTOR) / SECTOR);
	rc = write_text(DAX_SYS "/badblocks", text);
	EXPECT(!rc, DAX_SYS "/badblocks: %s", strerror(-rc));
	EQUAL("HardwareCorrupted", hardware_corrupted(), PAGE);
	expect_kept_out(bad);
	ram_to_dax();
	expect_refused_at(off, "back again");
}
