// SPDX-License-Identifier: GPL-2.0
#include "lost-and-repaired.h"
#include "partition.h"

/* Two devices of one filesystem lie on one memory, and both have DAX. */
SCENARIO("XFS with data and realtime data on one pmem: DAX, and SIGBUS for both",
	 .audit = "C3", .on = NFIT | E820, .stock = "fails: the file has no DAX")
{
	const char *data = new_partition(1), *rt = new_partition(2);
	char mkfs[100], opts[60];

	snprintf(mkfs, sizeof(mkfs),
		 "mkfs.xfs -m rmapbt=0,reflink=0 -d rtinherit=1 -r rtdev=%s", rt);
	snprintf(opts, sizeof(opts), "dax=always,rtdev=%s", rt);
	make_fs_on(data, "/mnt", mkfs, opts);
	lose_and_repair("/mnt/realtime");
	EXPECT(!sh("xfs_io -c 'chattr -t' /mnt"), "chattr");
	lose_and_repair("/mnt/data");
	EXPECT(!sh("touch /mnt/g"), "the filesystem was shut down");
}
