// SPDX-License-Identifier: GPL-2.0
#include "bad-free.h"

/* The process has touched a good page, and nothing that is bad. */
SCENARIO("a copy-on-write fault into a free block that is bad repairs it",
	 .audit = "B18g", .on = NFIT | E820, .stock = "fails: SIGBUS")
{
	char *p;
	int f, g;

	f = file_before_bad_blocks(&g);
	p = mmap(NULL, FILE_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, g, 0);
	EXPECT(p != MAP_FAILED, "mmap: %m");
	EXPECT(!store(p + PAGE, 'n').taken, "SIGBUS");
	expect_block_was_bad(f, g, PAGE);
	EXPECT(p[PAGE] == 'n' && all(p + PAGE + 1, 'a', PAGE - 1), "other data");
	expect_bytes(f, 0, FILE_LEN, 'a');
}
