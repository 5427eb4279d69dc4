// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

static void expect_state(uint64_t bad, const char *state)
{
	int rc = set_memory_state(bad, state);

	EXPECT(!rc, "%s: %s", state, strerror(-rc));
}

/* It was never there, and is not there when its block comes back. */
SCENARIO("system RAM: a page that was bad before stays out when its block comes back",
	 .audit = "B26", .on = NFIT, .stock = "fails: the bad page is handed out")
{
	uint64_t bad;

	make_dax(PMD);
	bad = dax_base() + dax_off_of_block() + BAD_SECTOR;
	wait_scrub();
	EQUAL("inject", inject(bad, ERROR_UNIT, 0), DSM_OK);
	start_scrub();
	wait_scrub();
	dax_to_ram();
	expect_state(bad, "offline");
	expect_state(bad, "online_movable");
	expect_kept_out(bad);
	EQUAL("HardwareCorrupted", hardware_corrupted(), PAGE);
}
