// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "dsm.h"

/*
 * To clear is to lose what stood there.  The command is for memory that nobody
 * uses; who uses it writes.
 */
SCENARIO("the clear command is refused for a namespace in use",
	 .audit = "B23", .on = NFIT, .stock = "fails: it is not refused")
{
	uint64_t base = pmem_base();
	int rc;

	set_badblock(16, 8);
	rc = try_clear_error(base + 16 * SECTOR, PAGE);
	EXPECT(rc, "it is not refused");
	EXPECT(rc == -EBUSY, "it is refused: %s", strerror(-rc));
	EXPECT(is_bad(16, 8), "refused, but forgotten");
	unbind_pmem();
	rc = try_clear_error(base + 16 * SECTOR, PAGE);
	EXPECT(!rc, "refused for a namespace that nobody uses: %s",
	       strerror(-rc));
	bind_pmem();
	EXPECT(!is_bad(16, 8), "cleared, but not forgotten");
	EXPECT(in_direct_map(base + 16 * SECTOR), "not in the direct map");
}
