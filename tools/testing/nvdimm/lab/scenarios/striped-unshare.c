// SPDX-License-Identifier: GPL-2.0
#include "dm.h"

#define LEN	(4 * MIB)

SCENARIO("FALLOC_FL_UNSHARE_RANGE on dm-striped copies right, and only that",
	 .audit = "B9", .on = NFIT | E820, .demo = true,
	 .stock = "fails: a bystander: other data")
{
	struct neighbours n;

	new_striped_dm(64 << 10);
	make_fs_on(DM, "/mnt", "mkfs.xfs -m reflink=1", "dax=always");
	n = clone_beside_bystander(LEN);
	EXPECT(!fallocate(n.clone, FALLOC_FL_UNSHARE_RANGE, 0, LEN), "unshare: %m");
	expect_content(n.bystander, 'b', "a bystander");
	expect_content(n.file, 'f', "the file");
	expect_content(n.clone, 'f', "the clone");
}
