// SPDX-License-Identifier: GPL-2.0
#include "bad-line.h"
#include "dsm.h"

/*
 * A scrub finds 4 KiB bad; then the first line of them is consumed.  After a
 * rebind all of it is bad still.
 */
SCENARIO("a line of a bad range does not make the range smaller",
	 .audit = "B21", .on = NFIT, .stock = "fails: 1 of 8 sectors are bad after")
{
	uint64_t at = pmem_base() + 64 * PAGE, first = 64 * PAGE / SECTOR;

	wait_scrub();
	EQUAL("inject", inject(at, PAGE, 0), DSM_OK);
	start_scrub();
	wait_scrub();
	EXPECT(count_bad(first, 8) == 8, "the scrub found %u of 8 sectors",
	       count_bad(first, 8));
	machine_check_scrub(at, LINE);
	unbind_pmem();
	bind_pmem();
	EXPECT(count_bad(first, 8) == 8, "%u of 8 sectors are bad after it all",
	       count_bad(first, 8));
}
