// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

SCENARIO("system RAM: a block with a bad page goes offline and comes back without it",
	 .audit = "B26", .on = NFIT | E820,
	 .stock = "fails: online_movable: Memory page has hardware error")
{
	uint64_t bad;

	make_dax(PMD);
	bad = dax_base() + dax_off_of_block() + BAD_LINE;
	dax_to_ram();
	machine_check_scrub(bad, LINE);
	set_memory_state(bad, "offline");
	set_memory_state(bad, "online_movable");
	expect_kept_out(bad);
	EQUAL("HardwareCorrupted", hardware_corrupted(), PAGE);
}
