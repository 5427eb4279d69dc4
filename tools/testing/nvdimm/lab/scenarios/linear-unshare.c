// SPDX-License-Identifier: GPL-2.0
#include "dm.h"

#define BORDER	(8 * MIB)	/* of the two pieces */

/* The extent is one for the filesystem, and two for the device. */
SCENARIO("FALLOC_FL_UNSHARE_RANGE on dm-linear copies from both pieces",
	 .audit = "B9", .on = NFIT | E820, .stock = "fails: the clone: other data")
{
	off_t border;
	int f, g;

	new_dm_of_two_pieces(BORDER);
	make_fs_on(DM, "/mnt", "mkfs.xfs -m reflink=1", "dax=always");
	f = new_content("/mnt/f", 'f', 2 * BORDER);
	border = BORDER - (block_addr(f, 0) - pmem_base());
	EXPECT(border > (off_t)MIB && border < (off_t)(2 * BORDER - MIB),
	       "the file does not cross the border");
	g = clone_file(f, "/mnt/g");
	EXPECT(!fallocate(g, FALLOC_FL_UNSHARE_RANGE, border - MIB / 2, MIB),
	       "unshare: %m");
	expect_content(f, 'f', "the file");
	expect_content(g, 'f', "the clone");
}
