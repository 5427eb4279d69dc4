// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

/* What is bad lies somewhere in the middle of a buffer. */
SCENARIO("XFS writes the bad part of a large directory block again",
	 .audit = "B1a B10", .on = NFIT | E820,
	 .stock = "fails: directory: no word of the directory")
{
	static struct structure block = {
		"directory", "-c 'path /d' -c 'dblock 0'", "directory", 0
	};
	uint64_t first;

	read_metadata(MKFS " -n size=16384", &block, 1);
	first = block.phys;
	block.phys = first + 2 * PAGE + 3 * SECTOR;
	expect_written_again(&block, scrub_line);
	block.phys = first + 3 * PAGE;
	expect_written_again(&block, inject_quietly);
	expect_mounts_again();
}
