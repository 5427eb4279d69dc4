// SPDX-License-Identifier: GPL-2.0
#include "removal.h"

SCENARIO("unbind takes the memory from all who mapped a file of ext4",
	 .audit = "B5", .demo = true, .on = NFIT | E820, .stock = "fails: a process still reads")
{
	make_fs("mkfs.ext4", "dax");
	map_page(new_file("/mnt/f", 4 * PAGE));
	map_2m(new_file("/mnt/g", 4 * PMD));
	removal();
}
