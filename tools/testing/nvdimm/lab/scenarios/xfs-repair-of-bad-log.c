// SPDX-License-Identifier: GPL-2.0
/* What Documentation/admin-guide/pmem-errors.rst says of a log that is bad. */
#include <errno.h>
#include "xfs-metadata.h"

/* The log follows the headers of its AG; xfs_repair reads that much of them. */
#define HEADERS		(128UL << 10)

/* An XFS with a log that is to be replayed. */
static void make_dirty_log(struct structure *log)
{
	make_metadata(MKFS);
	find_structure(log);
	mount_again();
	write_log();
	EXPECT(!sh("xfs_io -x -c 'shutdown -f' /mnt"), "shutdown");
	EXPECT(!umount("/mnt"), "umount: %m");
}

static void expect_only_norecovery(void)
{
	EXPECT(mount(pmem(), "/mnt", "xfs", 0, "dax=always") && errno == EIO,
	       "mounted, with a bad line in the log");
	EXPECT(!mount(pmem(), "/mnt", "xfs", MS_RDONLY, "norecovery"),
	       "mount -o ro,norecovery: %m");
	expect_contents();
	EXPECT(!umount("/mnt"), "umount: %m");
}

static bool makes_new_log(void)
{
	return !sh("xfs_repair -L %s >/dev/null 2>&1", pmem());
}

static void expect_repaired_log(void)
{
	EXPECT(nothing_is_bad(NULL), "xfs_repair leaves the log bad");
	mount_again();
	expect_contents();
	expect_works("log");
	EXPECT(!umount("/mnt"), "umount: %m");
}

SCENARIO("xfs_repair makes a new log in place of one with a bad line",
	 .on = NFIT | E820,
	 .stock_e820 = "fails: mounted, with a bad line in the log")
{
	static const char zeros[SECTOR];
	struct structure log = {
		"log", "-c 'sb 0' -c 'addr logstart'", THE_LOG, 0
	};
	int rc;

	make_dirty_log(&log);
	machine_check_scrub(log.phys + HEADERS, LINE);
	expect_only_norecovery();
	EXPECT(makes_new_log(), "xfs_repair gives up");
	expect_repaired_log();

	make_dirty_log(&log);
	machine_check_scrub(log.phys, LINE);
	expect_only_norecovery();
	EXPECT(!makes_new_log(), "xfs_repair did not read what is bad");
	rc = dwrite(pmem(), log.phys - pmem_base(), zeros, SECTOR);
	EXPECT(!rc, "write: %s", strerror(-rc));
	EXPECT(makes_new_log(), "xfs_repair gives up");
	expect_repaired_log();
}
