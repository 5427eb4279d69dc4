// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"
#include "clone.h"

SCENARIO("FALLOC_FL_UNSHARE_RANGE of a bad page gives EIO, and keeps the file",
	 .audit = "B19", .on = NFIT | E820,
	 .stock_e820 = "fails: pread of the bad sector: Bad address")
{
	int f = file_with_bad_sector("mkfs.xfs -m reflink=1", "dax=always");
	int g = clone_file(f, "/mnt/g");

	expect_eio(fallocate(g, FALLOC_FL_UNSHARE_RANGE, 0, FILE_LEN), "unshare");
	expect_refused(g);
	expect_bytes(g, 0, PAGE, 'a');
	expect_bytes(g, 2 * PAGE, 2 * PAGE, 'a');
	EXPECT(!fallocate(g, FALLOC_FL_UNSHARE_RANGE, 2 * PAGE, 2 * PAGE),
	       "unshare behind it: %m");
	EXPECT(block_addr(f, 2 * PAGE) != block_addr(g, 2 * PAGE), "not unshared");
	expect_bytes(g, 2 * PAGE, 2 * PAGE, 'a');
	expect_bytes(f, 0, PAGE, 'a');
	expect_bytes(f, 2 * PAGE, 2 * PAGE, 'a');
}
