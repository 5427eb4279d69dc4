// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "directory.h"

static off_t new_directory(void)
{
	off_t at;
	int fd;

	EXPECT(!mkdir("/mnt/d", 0755), "mkdir: %m");
	close(new_file("/mnt/d/f", PAGE));
	fd = open("/mnt/d", O_RDONLY | O_CLOEXEC);
	at = block_addr(fd, 0) - pmem_base();
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
	return at;
}

static void mount_again(void)
{
	EXPECT(!mount(pmem(), "/mnt", "ext4", 0, "dax"), "mount: %m");
}

/* No copy of the block is in memory. */
SCENARIO("ext4 with a bad block of a directory: EIO there, and all else works",
	 .on = NFIT | E820)
{
	static char copy[PAGE];
	off_t at;
	int rc;

	make_fs("mkfs.ext4 -b 4096", "dax");
	at = new_directory();
	rc = dread(pmem(), at, copy, PAGE);
	EXPECT(!rc, "read: %s", strerror(-rc));
	set_badblock(at / SECTOR, 8);
	mount_again();
	EXPECT(list_directory("/mnt/d") == EIO, "the directory can be read");
	close(new_file("/mnt/g", 4 * PAGE));
	EXPECT(!unlink("/mnt/g") && !mkdir("/mnt/h", 0755), "elsewhere: %m");
	EXPECT(!umount("/mnt"), "umount: %m");
	EXPECT(is_bad(at / SECTOR, 8), "good again, though nobody has written it");
	rc = dwrite(pmem(), at, copy, PAGE);
	EXPECT(!rc, "write: %s", strerror(-rc));
	mount_again();
	EXPECT(!list_directory("/mnt/d") && !access("/mnt/d/f", R_OK), "it is lost");
}
