// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

#define AHEAD	(2UL << 20)	/* of where the log is written, at most */

/* Nobody needs what stands there; what is written there later repairs it. */
SCENARIO("XFS goes on when a block of its log goes bad, and writes over it",
	 .audit = "B10", .on = NFIT | E820, .stock = "oopses in the kernel")
{
	static struct structure log = {
		"log", "-c 'sb 0' -c 'addr logstart'", THE_LOG, 0
	};
	void (*harm[])(uint64_t) = { scrub_line, inject_quietly };
	unsigned int i;

	make_metadata("dax=always");
	find_structure(&log);
	remount("dax=always");
	for (i = 0; i < 2; i++) {
		log.phys += AHEAD;
		expect_told(&log, harm[i]);
		expect_works(log.what);
		expect_log_repaired();
	}
	EXPECT(!umount("/mnt"), "umount: %m");
	remount("dax=always");
	expect_contents();
	expect_works("after");
}
