// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

#define NAME	"/mnt/d/a-rather-long-name-0"

/* It is changed there: in its first block. */
static void change_directory(void)
{
	EXPECT(!unlink(NAME), "unlink: %m");
	close(new_file(NAME, PAGE));
}

/* The block belongs to an inode, which no process can have mapped. */
SCENARIO("XFS goes on when a block of a directory goes bad, and writes it again",
	 .audit = "B1a B10", .on = NFIT | E820,
	 .stock = "oopses in __memcpy_flushcache")
{
	static struct structure block = {
		"directory", "-c 'path /d' -c 'dblock 0'", "directory", 0
	};

	read_metadata(MKFS, &block, 1);
	scrub_line(block.phys);
	change_directory();
	write_metadata();
	EXPECT(!has_badblock(0, -1ULL), "written, but in badblocks");
	expect_written_again(&block, scrub_line);
	expect_written_again(&block, inject_quietly);
	expect_mounts_again();
}
