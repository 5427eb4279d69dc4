// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

SCENARIO("XFS goes on when a file's own metadata goes bad, and writes it again",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	static struct structure block[] = {
		{ "leaf of attributes", "-c 'path /x' -c 'ablock 0'",
		  "attribute fork", 0 },
		{ "remote attribute", "-c 'path /x' -c 'ablock 1'",
		  "attribute fork", 0 },
		{ "bmbt", "-c 'path /e' -c 'addr u3.bmbt.ptrs[1]'",
		  "extent map btree", 0 },
	};

	metadata_goes_bad(MKFS, block, 3);
}
