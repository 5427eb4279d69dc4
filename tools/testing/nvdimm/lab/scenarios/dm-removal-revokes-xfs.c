// SPDX-License-Identifier: GPL-2.0
#include "dm.h"
#include "removal.h"

/* Each stripe is told of as one. */
SCENARIO("unbind under XFS on dm-striped on dm-linear: nobody has the memory",
	 .audit = "B5", .on = NFIT | E820, .stock = "fails: a process still reads")
{
	new_dm_of_two_pieces(8 * MIB);
	EXPECT(!sh("dmsetup create --noudevsync e --table '0 %lu striped 2 128 "
		   DM " 0 " DM " %lu'", 2 * LEG / SECTOR, LEG / SECTOR),
	       "dmsetup create");
	make_fs_on("/dev/dm-1", "/mnt", "mkfs.xfs -m rmapbt=1", "dax=always");
	map_page(new_file("/mnt/f", 4 * PAGE));
	start_use();
	unbind_pmem();
	expect_revoked();
	EXPECT(sh("touch /mnt/h 2>/dev/null"), "the filesystem goes on");
	EXPECT(!umount("/mnt"), "umount: %m");
	EXPECT(!sh("dmsetup remove --noudevsync e"), "dmsetup remove");
	EXPECT(!sh("dmsetup remove --noudevsync d"), "dmsetup remove");
	bind_and_use();
}
