// SPDX-License-Identifier: GPL-2.0
#include "removal.h"

SCENARIO("an error beyond the end of an XFS, and unbind under it",
	 .audit = "B7", .on = NFIT,
	 .stock = "oopses in xfs_alloc_read_agf")
{
	static char buf[PAGE];
	off_t end = pmem_size() - 16 * PAGE;
	int rc;

	make_fs("mkfs.xfs -m rmapbt=1 -d size=320m", "dax=always");
	map_page(new_file("/mnt/f", 4 * PAGE));
	machine_check_scrub(pmem_base() + end, 64);
	EXPECT(is_bad(end / SECTOR, 1), "forgotten");
	rc = dwrite(pmem(), end, buf, PAGE);
	EXPECT(!rc, "write: %s", strerror(-rc));
	removal();
}
