// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* It was never there, and is not there when its block comes back. */
SCENARIO("system RAM: a page that was bad before stays out when its block comes back",
	 .audit = "B26", .on = NFIT, .stock = "fails: the bad page is handed out")
{
	uint64_t bad;

	make_dax(PMD);
	bad = dax_base() + dax_off_of_block() + BAD_SECTOR;
	firmware_finds(bad);
	dax_to_ram();
	set_memory_state(bad, "offline");
	set_memory_state(bad, "online_movable");
	expect_kept_out(bad);
	EQUAL("HardwareCorrupted", hardware_corrupted(), PAGE);
}
