// SPDX-License-Identifier: GPL-2.0
#include "fill.h"

SCENARIO("XFS gives bad free blocks to new DAX files, repaired",
	 .audit = "B1a", .on = NFIT | E820,
	 .stock = "oopses in __memcpy_flushcache")
{
	harm_free_blocks("mkfs.xfs -m rmapbt=1,reflink=1 -d size=320m", "dax=always");
	reuse_free_blocks();
}
