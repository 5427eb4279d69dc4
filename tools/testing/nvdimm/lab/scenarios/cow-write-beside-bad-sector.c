// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"
#include "clone.h"

/* It would have to be copied, and nobody knows what it was. */
SCENARIO("a copy-on-write write beside a bad sector gives EIO, and keeps the file",
	 .audit = "B19", .on = NFIT | E820,
	 .stock_e820 = "fails: pread of the bad sector: Bad address")
{
	static char buf[PAGE];
	uint64_t block;
	int f, g;

	f = file_with_bad_sector("mkfs.xfs -m reflink=1", "dax=always");
	g = clone_file(f, "/mnt/g");
	block = block_addr(g, PAGE);
	memset(buf, 'n', PAGE);
	expect_eio(pwrite(g, buf, 100, PAGE + 7), "pwrite beside it");
	expect_eio(pwrite(g, buf, 200, BAD_AT + 1), "pwrite of a part of it");
	EXPECT(block_addr(g, PAGE) == block, "the clone has got another block");
	expect_refused(g);
	expect_bytes(g, 0, PAGE, 'a');
	expect_bytes(g, 2 * PAGE, 2 * PAGE, 'a');
	expect_bytes(f, 0, PAGE, 'a');
	expect_bytes(f, 2 * PAGE, 2 * PAGE, 'a');
}
