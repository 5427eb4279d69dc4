// SPDX-License-Identifier: GPL-2.0
#include "clone.h"
#include "truncate.h"

/* The other file keeps the page; this one needs what is before the bad sector. */
SCENARIO("truncate of a clone to in front of a bad sector copies what is good",
	 .audit = "B19c", .on = NFIT | E820,
	 .stock = "fails: ftruncate: Input/output error")
{
	const off_t end = BAD_AT - 100;
	int f, g;

	f = file_with_bad_sector("mkfs.xfs -m reflink=1", "dax=always");
	g = clone_file(f, "/mnt/g");
	EXPECT(!ftruncate(g, end), "ftruncate: %m");
	EXPECT(!ftruncate(g, FILE_LEN), "ftruncate, larger: %m");
	expect_bytes(g, 0, end, 'a');
	expect_bytes(g, end, FILE_LEN - end, 0);
	expect_as_before(f);
}
