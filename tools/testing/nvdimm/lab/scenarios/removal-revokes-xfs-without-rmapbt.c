// SPDX-License-Identifier: GPL-2.0
#include "removal.h"

/* XFS cannot say whose a block is; it need not, when all of them go. */
SCENARIO("unbind takes the memory from all who mapped a file of XFS without rmapbt",
	 .audit = "B5", .on = NFIT, .stock = "fails: a process still reads")
{
	make_fs("mkfs.xfs -m rmapbt=0", "dax=always");
	map_page(new_file("/mnt/f", 4 * PAGE));
	removal();
}
