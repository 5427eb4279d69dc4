// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "inject.h"

#define FILES	30

static void harm_closed_file(unsigned int i)
{
	uint64_t phys;
	char path[20];
	int fd, rc;

	snprintf(path, sizeof(path), "/mnt/%u", i);
	fd = new_file(path, 4 * PAGE);
	phys = block_addr(fd, PAGE);
	close(fd);
	if (i % 2)
		unlink(path);
	write_text("/proc/sys/vm/drop_caches", "2");
	rc = hwpoison_inject(CORRUPT, phys);
	EXPECT(!rc, "corrupt %s: %s", path, strerror(-rc));
}

/* XFS is about to forget it; nobody uses it any more, and nobody dies. */
SCENARIO("an error in a file that was just closed does not shut XFS down",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	unsigned int i;

	make_fs("mkfs.xfs -m rmapbt=1", "dax=always");
	for (i = 0; i < FILES; i++)
		harm_closed_file(i);
	EXPECT(!sh("echo n >/mnt/n"), "the filesystem was shut down");
}
