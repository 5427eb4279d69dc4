// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"
#include "clone.h"

/* Nothing is kept of the bad sector, so nothing has to be copied from it. */
SCENARIO("a copy-on-write write that covers a bad sector succeeds",
	 .audit = "B19", .on = NFIT | E820,
	 .stock = "fails: pwrite of all pages: Input/output error")
{
	static char buf[FILE_LEN];
	int f, g, h;

	f = file_with_bad_sector("mkfs.xfs -m reflink=1", "dax=always");
	g = clone_file(f, "/mnt/g");
	h = clone_file(f, "/mnt/h");
	memset(buf, 'n', FILE_LEN);
	EXPECT(pwrite(g, buf, FILE_LEN, 0) == FILE_LEN, "pwrite of all pages: %m");
	expect_bytes(g, 0, FILE_LEN, 'n');
	EXPECT(pwrite(h, buf, SECTOR + 200, BAD_AT - 100) == SECTOR + 200,
	       "pwrite of the sector: %m");
	expect_bytes(h, 0, BAD_AT - 100, 'a');
	expect_bytes(h, BAD_AT - 100, SECTOR + 200, 'n');
	expect_bytes(h, BAD_END + 100, FILE_LEN - BAD_END - 100, 'a');
	expect_as_before(f);
}
