// SPDX-License-Identifier: GPL-2.0
#include "fill.h"

/* They went bad while the files were mapped. */
SCENARIO("ext4 gives the bad blocks of removed files to others, repaired",
	 .audit = "B3", .on = NFIT | E820,
	 .stock_e820 = "oopses in __memcpy_flushcache")
{
	remove_bad_files("mkfs.ext4", "dax");
	reuse_free_blocks();
}
