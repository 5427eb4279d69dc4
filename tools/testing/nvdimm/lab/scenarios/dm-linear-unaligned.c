// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "dm.h"

/* By way of the filesystem, and by way of the device. */
static void expect_same(const char *dev)
{
	static char buf[4 * PAGE] __attribute__((aligned(PAGE)));
	int rc, fd = new_file("/mnt/f", sizeof(buf));

	rc = dread(dev, block_addr(fd, 0) - pmem_base(), buf, sizeof(buf));
	EXPECT(!rc, "read: %s", strerror(-rc));
	EXPECT(all(buf, 'a', sizeof(buf)), "the file is in other sectors than its own");
}

SCENARIO("a volume that begins in mid page: a file is where its blocks are",
	 .audit = "C3", .on = NFIT | E820,
	 .stock = "fails: the file is in other sectors than its own")
{
	char table[100];

	snprintf(table, sizeof(table), "0 %lu linear %s 2049\\n", LEG / SECTOR,
		 pmem());
	new_dm(table);
	make_fs_on(DM, "/mnt", "mkfs.xfs -m rmapbt=1", "dax=always");
	expect_same(DM);
}
