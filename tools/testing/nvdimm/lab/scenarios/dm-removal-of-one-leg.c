// SPDX-License-Identifier: GPL-2.0
#include "removal.h"
#include "volume.h"

#define SMALL_VOLUME	(48 * MIB)
#define HALF		(160 * MIB)

/* One volume on each leg, and one that is half here, half there. */
static void make_volumes(void)
{
	make_fs_on(new_linear_volume("/dev/pmem0", 0, SMALL_VOLUME), "/p1",
		   "mkfs.ext4 -b 4096", "dax");
	make_fs_on(new_linear_volume("/dev/pmem1", 0, SMALL_VOLUME), "/p2",
		   "mkfs.ext4 -b 4096", "dax");
	make_fs_on(new_volume("0 %lu linear /dev/pmem0 %lu\\n"
			      "%lu %lu linear /dev/pmem1 %lu",
			      HALF / SECTOR, SMALL_VOLUME / SECTOR,
			      HALF / SECTOR, HALF / SECTOR,
			      SMALL_VOLUME / SECTOR),
		   "/mnt", "mkfs.xfs -m rmapbt=1", "dax=always");
}

SCENARIO("one of two devices goes: volumes on it fail, those on the other go on",
	 .audit = "B5 C3", .on = TWO, .stock = "fails: a process still reads")
{
	char *p;
	int fd;

	make_volumes();
	fd = new_file("/p1/f", 4 * PAGE);
	p = map_file(fd, 4 * PAGE, 0);
	map_page(new_file("/p2/f", 4 * PAGE));
	map_page(new_file("/mnt/f", 4 * PAGE));
	start_use();
	unbind_leg(1);
	expect_revoked();
	EXPECT(sh("touch /p2/g 2>/dev/null") && sh("touch /mnt/g 2>/dev/null"),
	       "a filesystem without its memory goes on");
	EXPECT(maps_page(p, 4 * PAGE, addr_of(p)) && !store(p, 'b').taken,
	       "the other leg's memory is gone, too");
	EXPECT(!sh("echo >/p1/g && sync -f /p1/g"), "/p1 was shut down");
	EXPECT(!umount("/p2") && !umount("/mnt"), "umount: %m");
	EXPECT(!sh("dmsetup remove --noudevsync v2"), "dmsetup remove");
	EXPECT(!sh("dmsetup remove --noudevsync v1"), "dmsetup remove");
	close(fd);
}
