// SPDX-License-Identifier: GPL-2.0
#include <sys/mount.h>
#include <sys/stat.h>
#include "lost-and-repaired.h"

/* Nothing repairs it but a new image. */
SCENARIO("a bad page of a file of erofs is lost, and no page beside it",
	 .audit = "B14", .on = NFIT | E820,
	 .stock_e820 = "fails: the bad page can be read again")
{
	char *p;
	int fd;

	mkdir("/tree", 0755);
	close(new_file("/tree/f", 4 * PAGE));
	EXPECT(!sh("mkfs.erofs %s /tree >/tmp/log 2>&1", pmem()), "mkfs.erofs");
	EXPECT(!mount(pmem(), "/mnt", "erofs", MS_RDONLY, "dax"), "mount: %m");
	fd = open("/mnt/f", O_RDONLY | O_CLOEXEC);
	p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	EXPECT(p != MAP_FAILED, "mmap: %m");
	lose_page(fd, p);
	munmap(p, 4 * PAGE);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
	EXPECT(!sh("mkfs.erofs %s /tree >/tmp/log 2>&1", pmem()), "mkfs.erofs again");
	EXPECT(!mount(pmem(), "/mnt", "erofs", MS_RDONLY, "dax"), "mount again: %m");
	EXPECT(!sh("cmp /tree/f /mnt/f"), "the new image cannot be read");
	EXPECT(!has_badblock(0, -1ULL), "written, but in badblocks");
}
