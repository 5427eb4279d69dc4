// SPDX-License-Identifier: GPL-2.0
#include "bad-free.h"

SCENARIO("FALLOC_FL_UNSHARE_RANGE into free blocks that are bad repairs them",
	 .audit = "B18g", .on = NFIT | E820,
	 .stock = "fails: unshare: Input/output error")
{
	int f, g;

	f = file_before_bad_blocks(&g);
	EXPECT(!fallocate(g, FALLOC_FL_UNSHARE_RANGE, 0, FILE_LEN), "unshare: %m");
	expect_block_was_bad(f, g, 0);
	expect_block_was_bad(f, g, FILE_LEN - PAGE);
	expect_bytes(g, 0, FILE_LEN, 'a');
	expect_bytes(f, 0, FILE_LEN, 'a');
}
