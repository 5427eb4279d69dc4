// SPDX-License-Identifier: GPL-2.0
#include "fill.h"

/* They went bad while the files were mapped. */
SCENARIO("XFS gives the bad blocks of removed files to others, repaired",
	 .audit = "B3", .on = NFIT | E820,
	 .stock_e820 = "oopses in __memcpy_flushcache")
{
	remove_bad_files("mkfs.xfs -m rmapbt=1,reflink=1 -d size=320m", "dax=always");
	reuse_free_blocks();
}
