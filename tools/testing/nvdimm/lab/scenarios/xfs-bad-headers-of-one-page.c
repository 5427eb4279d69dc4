// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

#define HEADERS	4	/* sectors of the page that have one; the rest has nothing */

/* The superblock, AGF, AGI and AGFL of small sectors lie side by side. */
SCENARIO("XFS writes all headers of an AG again that a bad page has",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	static struct structure header[] = {
		{ "superblock", "-c 'sb 0'", FS_HEADERS, 0 },
		{ "AGF", "-c 'agf 0'", FS_HEADERS, 0 },
		{ "AGI", "-c 'agi 0'", FS_HEADERS, 0 },
		{ "AGFL", "-c 'agfl 0'", FS_HEADERS, 0 },
	};
	unsigned int i;

	read_metadata(MKFS " -s size=512", header, HEADERS);
	EXPECT(header[3].phys == header[0].phys + 3 * SECTOR,
	       "the headers are not side by side");
	for (i = 0; i < HEADERS; i++)
		expect_written_again(&header[i], scrub_line);
	expect_told(&header[0], inject_quietly);
	EXPECT(!has_badblock(0, HEADERS - 1), "a header is still bad");
	expect_mounts_again();
}
