// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

SCENARIO("XFS goes on when inodes and their btrees go bad, and writes them again",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	static struct structure inode[] = {
		{ "inobt", "-c 'agi 0' -c 'addr root'", INODE_BTREES, 0 },
		{ "finobt", "-c 'agi 0' -c 'addr free_root'", INODE_BTREES, 0 },
		{ "inode of the root", "-c 'path /'", "inodes", 0 },
		{ "inode of a file", "-c 'path /f'", "inodes", 0 },
	};

	metadata_goes_bad(MKFS, inode, 4);
}
