// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"
#include "dm.h"
#include "partition.h"

static void new_log_writes_dm(const char *dev)
{
	char table[200];

	snprintf(table, sizeof(table), "0 %lu log-writes %s /dev/ram0\\n",
		 PART_SIZE / SECTOR, dev);
	new_dm(table);
}

/* Less than 64 KiB of a file is never freed: the pages are zeroed. */
static void mount_with_large_extents(const char *dev)
{
	EXPECT(!sh("mkfs.xfs -f -m rmapbt=0,reflink=0 -d rtinherit=1 -r rtdev=" DM
		   ",extsize=64k %s >/dev/null", dev), "mkfs.xfs failed");
	EXPECT(!mount(dev, "/mnt", "xfs", 0, "dax=always,rtdev=" DM),
	       "mount: %m");
}

SCENARIO("whole pages can be zeroed on dm-log-writes",
	 .audit = "B29", .on = NFIT | E820,
	 .stock = "fails: fallocate: Input/output error")
{
	const char *dev = new_partition(1);
	int fd;

	new_log_writes_dm(new_partition(2));
	mount_with_large_extents(dev);
	fd = new_file("/mnt/f", FILE_LEN);
	EXPECT(!fallocate(fd, PUNCH_HOLE, PAGE, PAGE), "fallocate: %m");
	expect_bytes(fd, 0, PAGE, 'a');
	expect_bytes(fd, PAGE, PAGE, 0);
	expect_bytes(fd, 2 * PAGE, 2 * PAGE, 'a');
}
