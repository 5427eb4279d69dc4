// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

SCENARIO("device-dax to system RAM and back: what was bad before is refused",
	 .audit = "B26", .on = NFIT | E820,
	 .stock = "fails: back again: the bad page can be read")
{
	uint64_t bad;
	off_t off;

	make_dax(PMD);
	off = dax_off_of_block();
	bad = dax_base() + off + BAD_LINE;
	find_bad_line(bad);
	dax_to_ram();
	ram_to_dax();
	expect_refused_at(off, "back again");
	EXPECT(!in_direct_map(bad), "in the direct map");
	EQUAL("bad sectors", dax_bad_sectors(0, -1ULL), 1);
	EQUAL("HardwareCorrupted", hardware_corrupted(), PAGE);
}
