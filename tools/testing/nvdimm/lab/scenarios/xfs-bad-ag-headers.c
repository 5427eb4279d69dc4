// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

/* XFS reads them when it mounts, and they stay in memory. */
SCENARIO("XFS goes on when a header of an AG goes bad, and writes it again",
	 .audit = "B10", .on = NFIT | E820, .demo = true,
	 .stock = "shuts the filesystem down")
{
	static struct structure header[] = {
		{ "superblock", "-c 'sb 0'", FS_HEADERS, 0 },
		{ "AGF", "-c 'agf 0'", FS_HEADERS, 0 },
		{ "AGI", "-c 'agi 0'", FS_HEADERS, 0 },
		{ "AGFL", "-c 'agfl 0'", FS_HEADERS, 0 },
	};

	metadata_goes_bad(MKFS, header, 4);
}
