// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

/* A snapshot is being taken: nothing changes, and nothing waits for that. */
SCENARIO("XFS goes on when metadata goes bad while it is frozen",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	static struct structure s[] = {
		{ "AGF", "-c 'agf 0'", FS_HEADERS, 0 },
		{ "bnobt", "-c 'agf 0' -c 'addr bnoroot'", SPACE_BTREES, 0 },
		{ "inode of the root", "-c 'path /'", "inodes", 0 },
	};
	unsigned int i;
	int fd;

	read_metadata(MKFS, s, 3);
	fd = open("/mnt", O_RDONLY | O_CLOEXEC);
	EXPECT(!ioctl(fd, FIFREEZE, 0), "FIFREEZE: %m");
	for (i = 0; i < 3; i++) {
		expect_told(&s[i], inject_quietly);
		expect_told(&s[i], scrub_line);
	}
	EXPECT(!ioctl(fd, FITHAW, 0), "FITHAW: %m");
	close(fd);
	expect_works("thawed");
	write_metadata();
	EXPECT(wait_for(nothing_is_bad, NULL, 10000), "not all is written");
	expect_mounts_again();
}
