// SPDX-License-Identifier: GPL-2.0
#include "removal.h"

SCENARIO("unbind takes the memory from all who mapped a file of ext2",
	 .audit = "B5", .on = NFIT, .stock = "fails: a process still reads")
{
	make_fs("mkfs.ext4 -t ext2", "dax");
	map_page(new_file("/mnt/f", 4 * PAGE));
	removal();
}
