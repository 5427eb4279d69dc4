// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>
#include "lab.h"

static void lose_stored_page(const char *mkfs, const char *opts)
{
	int fd, rc;
	char *p = map_new_file(mkfs, opts, &fd);

	EXPECT(!fsync(fd), "fsync: %m");
	tolerate_sigbus();
	EXPECT(!store(p + PAGE, 'b').taken, "SIGBUS");
	EXPECT(!store(p + 2 * PAGE, 'b').taken, "SIGBUS");
	EXPECT(!madvise(p + PAGE, PAGE, MADV_HWPOISON), "MADV_HWPOISON: %m");
	rc = fsync(fd) ? -errno : 0;
	EXPECT(rc == -EIO, "fsync: %s", strerror(-rc));
	EXPECT(!fsync(fd), "fsync, once more: %m");
	munmap(p, 4 * PAGE);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
}

SCENARIO("fsync tells of stored data that a bad page has taken away",
	 .audit = "B18", .on = NFIT | E820, .stock = "fails: fsync: Success")
{
	lose_stored_page("mkfs.ext4", "dax");
	lose_stored_page("mkfs.xfs -m rmapbt=1", "dax=always");
}
