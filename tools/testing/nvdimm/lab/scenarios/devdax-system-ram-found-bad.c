// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* A machine check told of it while it was a device. */
SCENARIO("system RAM: a page that was bad in the device is handed to nobody",
	 .audit = "B26", .on = NFIT | E820, .stock = "fails: the bad page is handed out")
{
	uint64_t bad;

	make_dax(PMD);
	bad = dax_base() + dax_off_of_block() + BAD_LINE;
	find_bad_line(bad);
	dax_to_ram();
	expect_kept_out(bad);
	EQUAL("HardwareCorrupted", hardware_corrupted(), PAGE);
}
