// SPDX-License-Identifier: GPL-2.0
#include "fill.h"

SCENARIO("ext4 gives bad free blocks to new DAX files, repaired",
	 .audit = "B3", .on = NFIT | E820,
	 .stock_e820 = "fails: not in badblocks")
{
	unsigned int i;

	harm_free_blocks("mkfs.ext4", "dax");
	for (i = 0; i < REMOVED; i++)
		EXPECT(is_bad((removed[i] - pmem_base()) / SECTOR, 1),
		       "not in badblocks");
	reuse_free_blocks();
}
