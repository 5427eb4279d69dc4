// SPDX-License-Identifier: GPL-2.0
#include <linux/fs.h>
#include <sys/ioctl.h>
#include "removal.h"

/* An entry of the partition table; an MBR has addresses of 32 bits. */
struct partition {
	uint8_t boot, chs_first[3], type, chs_last[3];
	uint32_t first, count;		/* sectors */
};

static void make_partitions(void)
{
	struct partition part[2] = {
		{ .type = 0x83, .first = PMD / SECTOR,
		  .count = 200 * (1UL << 20) / SECTOR },
		{ .type = 0x83, .first = 202 * (1UL << 20) / SECTOR,
		  .count = 400 * (1UL << 20) / SECTOR },
	};
	char mbr[SECTOR] = { [510] = 0x55, [511] = 0xaa };
	int fd, rc;

	memcpy(mbr + 446, part, sizeof(part));
	rc = dwrite(pmem(), 0, mbr, SECTOR);
	EXPECT(!rc, "write: %s", strerror(-rc));
	fd = open(pmem(), O_RDONLY);
	EXPECT(!ioctl(fd, BLKRRPART), "BLKRRPART: %m");
	close(fd);
}

SCENARIO("unbind takes the memory from all who mapped files on its partitions",
	 .audit = "B5", .on = NFIT, .stock = "fails: a process still reads")
{
	make_partitions();
	/* XFS has no reflink with DAX on a partition. */
	make_fs_on("/dev/pmem0p1", "/p1", "mkfs.ext4 -b 4096", "dax");
	make_fs_on("/dev/pmem0p2", "/p2", "mkfs.xfs -m rmapbt=1,reflink=0",
		   "dax=always");
	map_page(new_file("/p1/f", 4 * PAGE));
	map_page(new_file("/p2/f", 4 * PAGE));
	start_use();
	unbind_pmem();
	expect_revoked();
	EXPECT(!umount("/p1") && !umount("/p2"), "umount: %m");
	bind_and_use();
}
