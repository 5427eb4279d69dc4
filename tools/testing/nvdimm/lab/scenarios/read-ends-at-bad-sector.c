// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>
#include "lab.h"

#define LEN	(1UL << 20)
#define BAD	(LEN / 2 + 3 * SECTOR)	/* a sector */

static char buf[LEN];

static void expect_read(int fd, off_t at, size_t len)
{
	ssize_t n = pread(fd, buf, len, at);

	EXPECT(n == (ssize_t)len, "pread at %#llx: %s", (long long)at,
	       n < 0 ? strerror(errno) : "short");
	EXPECT(all(buf, 'a', len), "pread at %#llx: other data", (long long)at);
}

static void expect_eio(int fd, off_t at)
{
	EXPECT(pread(fd, buf, 100, at) < 0, "pread at %#llx succeeds",
	       (long long)at);
	EXPECT(errno == EIO, "pread at %#llx: %m", (long long)at);
}

static void expect_all_but_bad_sector(int fd)
{
	ssize_t n = pread(fd, buf, LEN, 0);

	EXPECT(n > 0, "pread of 1 MiB: %m");
	EXPECT(n == BAD, "pread of 1 MiB ends at %#zx", n);
	EXPECT(all(buf, 'a', BAD), "other data");
	expect_read(fd, BAD - SECTOR, SECTOR);
	expect_read(fd, BAD - 100, 100);
	expect_read(fd, BAD + SECTOR, LEN - BAD - SECTOR);
	expect_eio(fd, BAD);
	expect_eio(fd, BAD + SECTOR - 1);
}

static void read_file(const char *mkfs, const char *opts)
{
	char *p;
	int fd;

	make_fs(mkfs, opts);
	fd = new_file("/mnt/f", LEN);
	p = map_file(fd, LEN, 0);
	EXPECT(!fsync(fd), "fsync: %m");
	machine_check_scrub(addr_of(p + BAD), SECTOR);
	expect_all_but_bad_sector(fd);
	EXPECT(pwrite(fd, p, SECTOR, BAD) == SECTOR, "pwrite: %m");
	munmap(p, LEN);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
}

SCENARIO("a long read ends at the bad sector, and all others can be read",
	 .audit = "B19a", .on = NFIT | E820, .demo = true,
	 .stock = "fails: pread of 1 MiB: Input/output error",
	 .stock_e820 = "fails: pread of 1 MiB ends at 0x80000")
{
	read_file("mkfs.ext4", "dax");
	read_file("mkfs.xfs", "dax=always");
}
