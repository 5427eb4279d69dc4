/* SPDX-License-Identifier: GPL-2.0 */
/* Files of which every page says whose it is, and which of it. */
#ifndef LAB_CONTENT_H
#define LAB_CONTENT_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lab.h"

#define WORDS	(PAGE / sizeof(uint64_t))

static inline uint64_t content_of(char file, off_t page)
{
	return ((uint64_t)file << 56) | page;
}

/* Pages [@from, @from + @n) of @fd become those of file @file. */
static inline void write_pages(int fd, char file, off_t from, size_t n)
{
	uint64_t buf[WORDS];
	size_t i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < WORDS; j++)
			buf[j] = content_of(file, from + i);
		EXPECT(pwrite(fd, buf, PAGE, (from + i) * PAGE) == PAGE,
		       "write: %m");
	}
	EXPECT(!fsync(fd), "fsync: %m");
}

static inline int new_content(const char *path, char file, size_t len)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	EXPECT(fd >= 0, "%s: %m", path);
	EXPECT(!posix_fallocate(fd, 0, len), "fallocate %s", path);
	write_pages(fd, file, 0, len / PAGE);
	return fd;
}

/*
 * @fd has the pages of file @file from page @from of that on: the first that is
 * another, or -1.
 */
static inline off_t other_page(int fd, char file, off_t from)
{
	uint64_t buf[WORDS];
	struct stat st;
	off_t i;
	size_t j;

	EXPECT(!fstat(fd, &st), "fstat: %m");
	for (i = 0; i < st.st_size / (off_t)PAGE; i++) {
		EXPECT(pread(fd, buf, PAGE, i * PAGE) == PAGE, "pread: %m");
		for (j = 0; j < WORDS; j++)
			if (buf[j] != content_of(file, from + i))
				return i;
	}
	return -1;
}

/* All of @fd is as new_content() made it. */
static inline void expect_content(int fd, char file, const char *which)
{
	EXPECT(other_page(fd, file, 0) < 0, "%s: other data", which);
}

#endif
