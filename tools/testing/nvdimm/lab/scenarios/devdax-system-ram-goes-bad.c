// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* An error of ordinary memory, which the device is to know of later. */
SCENARIO("system RAM back to device-dax: what went bad meanwhile is refused",
	 .audit = "B26", .on = NFIT | E820,
	 .stock = "fails: back again: the bad page can be read")
{
	uint64_t bad;
	off_t off;

	make_dax(PMD);
	off = dax_off_of_block();
	bad = dax_base() + off + BAD_LINE;
	dax_to_ram();
	machine_check_scrub(bad, LINE);
	EQUAL("HardwareCorrupted", hardware_corrupted(), PAGE);
	expect_kept_out(bad);
	ram_to_dax();
	expect_refused_at(off, "back again");
	EXPECT(!in_direct_map(bad), "in the direct map");
	EQUAL("bad sectors of the line",
	      dax_bad_sectors((off + BAD_SECTOR) / SECTOR,
			      (off + BAD_SECTOR) / SECTOR), 1);
	EQUAL("HardwareCorrupted", hardware_corrupted(), PAGE);
}
