// SPDX-License-Identifier: GPL-2.0
#include "lost-and-repaired.h"
#include "other-device.h"

/* XFS 6.12 has no reverse map of a realtime device. */
SCENARIO("a bad page of a realtime file of XFS is lost, and repaired by a write",
	 .audit = "B14", .on = NFIT | E820,
	 .stock_e820 = "fails: the bad page can be read again")
{
	make_fs_on(new_disk(), "/mnt",
		   "mkfs.xfs -m rmapbt=0,reflink=0 -d rtinherit=1 -r rtdev=/dev/pmem0",
		   "dax=always,rtdev=/dev/pmem0");
	lose_and_repair("/mnt/f");
	EXPECT(!sh("touch /mnt/g"), "the filesystem was shut down");
}
