// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "directory.h"
#include "xfs-metadata.h"

/* The platform knew of it before.  No copy of it is in memory. */
SCENARIO("XFS with a bad block of a directory: EIO there, and all else works",
	 .on = NFIT | E820)
{
	struct structure block = {
		"directory", "-c 'path /d' -c 'dblock 0'", "", 0
	};
	static char copy[PAGE];

	make_metadata(MKFS);
	save_structure(&block, copy);
	set_badblock((block.phys - pmem_base()) / SECTOR, 8);
	mount_again();
	EXPECT(list_directory("/mnt/d") == EIO, "the directory can be read");
	EXPECT(rmdir("/mnt/d") && errno == ENOTEMPTY, "rmdir: %m");
	EXPECT(!mkdir("/mnt/other", 0755), "mkdir: %m");
	expect_works("with the bad block");
	expect_restored(&block, copy);
}
