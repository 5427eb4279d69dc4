// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

SCENARIO("XFS goes on when a btree of its space goes bad, and writes it again",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	static struct structure root[] = {
		{ "bnobt", "-c 'agf 0' -c 'addr bnoroot'", SPACE_BTREES, 0 },
		{ "cntbt", "-c 'agf 0' -c 'addr cntroot'", SPACE_BTREES, 0 },
		{ "rmapbt", "-c 'agf 0' -c 'addr rmaproot'", SPACE_BTREES, 0 },
		{ "refcountbt", "-c 'agf 0' -c 'addr refcntroot'",
		  "refcount btree", 0 },
	};

	metadata_goes_bad(MKFS, root, 4);
}
