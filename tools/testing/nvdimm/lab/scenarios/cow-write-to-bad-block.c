// SPDX-License-Identifier: GPL-2.0
#include "bad-free.h"

SCENARIO("a copy-on-write write into a free block that is bad repairs it",
	 .audit = "B18g", .on = NFIT | E820,
	 .stock = "fails: pwrite: Input/output error")
{
	int f, g;

	f = file_before_bad_blocks(&g);
	EXPECT(pwrite(g, "n", 1, PAGE + 7) == 1, "pwrite: %m");
	expect_block_was_bad(f, g, PAGE);
	expect_bytes(g, 0, PAGE + 7, 'a');
	expect_bytes(g, PAGE + 7, 1, 'n');
	expect_bytes(g, PAGE + 8, FILE_LEN - PAGE - 8, 'a');
	expect_bytes(f, 0, FILE_LEN, 'a');
}
