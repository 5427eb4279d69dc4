// SPDX-License-Identifier: GPL-2.0
#include "xfs-metadata.h"

static const struct {
	const char *what, *where;
} any[] = {
	{ "AGF", "-c 'agf 0'" },
	{ "bnobt", "-c 'agf 0' -c 'addr bnoroot'" },
	{ "inode of the root", "-c 'path /'" },
	{ "directory", "-c 'path /d' -c 'dblock 0'" },
};

/* Nobody knows what it is; all that changes is written. */
SCENARIO("XFS without reverse map goes on when metadata goes bad",
	 .on = NFIT | E820)
{
	static struct structure s[4];
	unsigned int i;

	for (i = 0; i < 4; i++)
		s[i] = (struct structure){ any[i].what, any[i].where, "", 0 };
	read_metadata("mkfs.xfs -m rmapbt=0,reflink=1", s, 4);
	for (i = 0; i < 4; i++) {
		scrub_line(s[i].phys);
		inject_quietly(s[i].phys);
		EXPECT(!unlink("/mnt/d/a-rather-long-name-0"), "unlink: %m");
		close(new_file("/mnt/d/a-rather-long-name-0", PAGE));
		expect_works(s[i].what);
		write_metadata();
		expect_repaired(&s[i]);
	}
	expect_mounts_again();
}
