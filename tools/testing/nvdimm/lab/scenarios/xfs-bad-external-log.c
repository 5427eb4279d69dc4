// SPDX-License-Identifier: GPL-2.0
#include "other-device.h"
#include "xfs-metadata.h"

#define AHEAD	(512UL << 10)	/* of where the log is written now */

static void mount_disk(const char *disk)
{
	EXPECT(!mount(disk, "/mnt", "xfs", 0, "logdev=/dev/pmem0"), "mount: %m");
}

/* Nothing else is on the pmem. */
SCENARIO("XFS goes on when its log device goes bad, and writes over it",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	void (*harm[])(uint64_t) = { scrub_line, inject_quietly };
	static struct structure log = { "log device", "", THE_LOG, 0 };
	const char *disk = new_disk();
	unsigned int i;

	make_fs_on(disk, "/mnt", "mkfs.xfs -l logdev=/dev/pmem0,size=64m",
		   "logdev=/dev/pmem0");
	close(new_file("/mnt/f", 4 * PAGE));
	log.phys = pmem_base();
	for (i = 0; i < 2; i++) {
		log.phys += (i + 1) * AHEAD;
		expect_told(&log, harm[i]);
		expect_works(log.what);
		expect_log_repaired();
	}
	EXPECT(!umount("/mnt"), "umount: %m");
	mount_disk(disk);
	expect_works("after");
}
