// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

#define AHEAD	(2UL << 20)	/* of where the log is written now */

/* Nobody needs what stands there; what is written there later repairs it. */
SCENARIO("XFS goes on when a block of its log goes bad, and writes over it",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	static struct structure log = {
		"log", "-c 'sb 0' -c 'addr logstart'", THE_LOG, 0
	};
	void (*harm[])(uint64_t) = { scrub_line, inject_quietly };
	unsigned int i;

	make_metadata(MKFS);
	find_structure(&log);
	mount_again();
	for (i = 0; i < 2; i++) {
		log.phys += (i + 1) * AHEAD;
		expect_told(&log, harm[i]);
		expect_works(log.what);
		expect_log_repaired();
	}
	expect_mounts_again();
}
