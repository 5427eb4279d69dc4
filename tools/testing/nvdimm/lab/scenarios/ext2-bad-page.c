// SPDX-License-Identifier: GPL-2.0
#include "lost-and-repaired.h"

SCENARIO("a bad page of a file of ext2 is lost, and repaired by a write",
	 .audit = "B14", .on = NFIT | E820,
	 .stock_e820 = "fails: the bad page can be read again")
{
	make_fs("mkfs.ext4 -t ext2", "dax");
	lose_and_repair("/mnt/f");
	EXPECT(!sh("touch /mnt/g"), "the filesystem has failed");
}
