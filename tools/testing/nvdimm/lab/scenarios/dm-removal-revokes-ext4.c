// SPDX-License-Identifier: GPL-2.0
#include "dm.h"
#include "removal.h"

SCENARIO("unbind under ext4 on dm-linear: nobody has the memory any more",
	 .audit = "B5", .demo = true, .on = NFIT | E820,
	 .stock = "fails: a process still reads")
{
	new_dm_of_two_pieces(8 * MIB);
	/* Nothing else writes: stock would stumble over that. */
	make_fs_on(DM, "/mnt", "mkfs.ext4", "dax,noinit_itable,commit=300");
	map_page(new_file("/mnt/f", 4 * PAGE));
	map_2m(new_file("/mnt/g", 4 * PMD));
	start_use();
	unbind_pmem();
	expect_revoked();
	EXPECT(sh("touch /mnt/h 2>/dev/null"), "the filesystem goes on");
	EXPECT(!umount("/mnt"), "umount: %m");
	EXPECT(!sh("dmsetup remove --noudevsync d"), "dmsetup remove");
	bind_and_use();
}
