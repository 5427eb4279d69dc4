// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

/* A change that stands in the log, and not yet in its place. */
static void change_metadata(void)
{
	int fd = new_file("/mnt/changed", 4 * PAGE);

	EXPECT(!unlink("/mnt/changed"), "unlink: %m");
	EXPECT(!setxattr("/mnt/x", "user.0", "changed", 7, 0), "setxattr: %m");
	close(fd);
	fd = new_file("/mnt/kept", PAGE);
	close(fd);
}

SCENARIO("XFS writes metadata that went bad while its change was in the log only",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	static struct structure changed[] = {
		{ "AGF", "-c 'agf 0'", FS_HEADERS, 0 },
		{ "AGI", "-c 'agi 0'", FS_HEADERS, 0 },
		{ "bnobt", "-c 'agf 0' -c 'addr bnoroot'", SPACE_BTREES, 0 },
		{ "inode of the root", "-c 'path /'", "inodes", 0 },
		{ "leaf of attributes", "-c 'path /x' -c 'ablock 0'",
		  "attribute fork", 0 },
	};
	unsigned int i;

	make_metadata(MKFS);
	for (i = 0; i < 5; i++)
		find_structure(&changed[i]);
	mount_again();
	expect_contents();
	for (i = 0; i < 5; i++) {
		change_metadata();
		expect_written_in_time(&changed[i],
				       i % 2 ? scrub_line : inject_quietly);
	}
	expect_mounts_again();
	EXPECT(!access("/mnt/kept", R_OK), "a change is lost");
}
