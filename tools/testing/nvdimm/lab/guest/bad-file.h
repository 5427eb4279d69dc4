/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state that most scenarios about system calls start from: a file of four
 * pages of 'a', a sector of the second of which is bad, all of it.  Nobody has it
 * mapped.
 */
#ifndef LAB_BAD_FILE_H
#define LAB_BAD_FILE_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>
#include "lab.h"

#define FILE_LEN	(4 * PAGE)
#define BAD_AT		(PAGE + 3 * SECTOR)	/* the bad sector, in the file */
#define BAD_END		(BAD_AT + SECTOR)

#define ZERO_RANGE	(FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE)
#define PUNCH_HOLE	(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

static inline int file_with_bad_sector(const char *mkfs, const char *opts)
{
	char *p;
	int fd;

	p = map_new_file(mkfs, opts, &fd);
	EXPECT(!fsync(fd), "fsync: %m");	/* nothing is lost with the page */
	machine_check_scrub(addr_of(p + BAD_AT), SECTOR);
	munmap(p, FILE_LEN);
	return fd;
}

/* Its filesystem is done with, and the next one can be made. */
static inline void leave_file(int fd)
{
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
}

/* @len bytes of the file at @at are @c. */
static inline void expect_bytes(int fd, off_t at, size_t len, int c)
{
	static char buf[FILE_LEN];
	ssize_t n = pread(fd, buf, len, at);

	EXPECT(n >= 0, "pread at %lld: %m", (long long)at);
	EXPECT(n == (ssize_t)len, "pread at %lld: %zd of %zu bytes",
	       (long long)at, n, len);
	EXPECT(all(buf, c, len), "other data at %lld", (long long)at);
}

/* What a call has returned is EIO. */
static inline void expect_eio(ssize_t rc, const char *what)
{
	EXPECT(rc < 0, "%s succeeds", what);
	EXPECT(errno == EIO, "%s: %m", what);
}

/* The bad sector is refused, wherever in it a read begins. */
static inline void expect_refused(int fd)
{
	char buf[SECTOR];

	expect_eio(pread(fd, buf, SECTOR, BAD_AT), "pread of the bad sector");
	expect_eio(pread(fd, buf, 1, BAD_END - 1), "pread of its last byte");
}

/* Nothing has changed: the bad sector is bad, and all the others are good. */
static inline void expect_as_before(int fd)
{
	expect_bytes(fd, 0, BAD_AT, 'a');
	expect_refused(fd);
	expect_bytes(fd, BAD_END, FILE_LEN - BAD_END, 'a');
}

#endif
