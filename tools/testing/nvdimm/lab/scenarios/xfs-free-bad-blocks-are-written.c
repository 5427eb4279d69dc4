// SPDX-License-Identifier: GPL-2.0
#include "fill.h"

SCENARIO("XFS writes new files without DAX over bad free blocks",
	 .audit = "B1a", .on = NFIT | E820,
	 .stock = "oopses in __memcpy_flushcache")
{
	harm_free_blocks("mkfs.xfs -m rmapbt=1,reflink=1 -d size=320m", "dax=never");
	reuse_free_blocks();
}
