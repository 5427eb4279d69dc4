// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

#define BLOCKS	10	/* the headers and the roots of the btrees of an AG */

SCENARIO("what the administrator says is bad of XFS's metadata is written again",
	 .audit = "B10", .on = NFIT | E820,
	 .stock = "fails: not all is written")
{
	struct structure last = {
		"refcountbt", "-c 'agf 0' -c 'addr refcntroot'", "", 0
	};

	read_metadata(MKFS, &last, 1);
	EXPECT(last.phys - pmem_base() == (BLOCKS - 1) * PAGE, "another layout");
	kmsg_mark();
	set_badblock(0, BLOCKS * PAGE / SECTOR);
	expect_works("bad");
	write_metadata();
	EXPECT(wait_for(nothing_is_bad, NULL, 10000), "not all is written");
	expect_mounts_again();
}
