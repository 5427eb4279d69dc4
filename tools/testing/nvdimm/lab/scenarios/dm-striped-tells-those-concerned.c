// SPDX-License-Identifier: GPL-2.0
#include "volume.h"

#define CHUNK	(64UL << 10)

/* One page of each leg: they are in neighbouring chunks. */
SCENARIO("bad lines on dm-striped: the files that share them are told, others not",
	 .audit = "C3", .on = NFIT | E820, .stock = "oopses in dax_lock_folio")
{
	struct pair bad, good;
	size_t off;

	new_striped_dm(CHUNK);
	make_fs_on(DM, "/mnt", REFLINK, "dax=always");
	EXPECT(!sh("mkdir /mnt/bad /mnt/good"), "mkdir");
	bad = new_pair("/mnt/bad", 4 * CHUNK);
	good = new_pair("/mnt/good", 4 * CHUNK);
	for (off = CHUNK + 3 * PAGE; off < 3 * CHUNK; off += CHUNK) {
		machine_check_scrub(pair_addr_of(&bad, off) + 5 * LINE, LINE);
		expect_told(&bad, off);
		expect_left_alone(&good, 4 * CHUNK);
	}
	EXPECT(!sh("touch /mnt/h"), "the filesystem was shut down");
}
