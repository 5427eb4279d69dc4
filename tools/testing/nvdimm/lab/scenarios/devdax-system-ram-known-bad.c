// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* The firmware knows of it, and nobody has ever touched it. */
SCENARIO("system RAM: what the firmware knows to be bad is handed to nobody",
	 .audit = "B26", .on = NFIT, .stock = "fails: the bad page is handed out")
{
	uint64_t bad;

	make_dax(PMD);
	bad = dax_base() + dax_off_of_block() + BAD_SECTOR;
	firmware_finds(bad);
	dax_to_ram();
	expect_kept_out(bad);
	EQUAL("HardwareCorrupted", hardware_corrupted(), PAGE);
}
