/* SPDX-License-Identifier: GPL-2.0 */
/* Files that share their blocks, by what programs ask for it with. */
#ifndef LAB_CLONE_H
#define LAB_CLONE_H

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "lab.h"

/* A new file that shares all blocks of @fd; its fd. */
static inline int clone_file(int fd, const char *path)
{
	int clone = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	EXPECT(clone >= 0, "%s: %m", path);
	EXPECT(!ioctl(clone, FICLONE, fd), "FICLONE: %m");
	EXPECT(!fsync(clone), "fsync: %m");
	return clone;
}

/* The same, of the first @len bytes at @from. */
static inline int clone_part(int fd, off_t from, size_t len, const char *path)
{
	int clone = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	struct file_clone_range range = {
		.src_fd = fd, .src_offset = from, .src_length = len,
	};

	EXPECT(clone >= 0, "%s: %m", path);
	EXPECT(!ioctl(clone, FICLONERANGE, &range), "FICLONERANGE: %m");
	EXPECT(!fsync(clone), "fsync: %m");
	return clone;
}

/*
 * FIDEDUPERANGE of one range: what it returns for that, FILE_DEDUPE_RANGE_SAME,
 * FILE_DEDUPE_RANGE_DIFFERS or -errno, and how much was deduped.
 */
static inline int dedupe(int src, off_t from, int dest, off_t to, size_t len,
			 uint64_t *bytes)
{
	struct {
		struct file_dedupe_range range;
		struct file_dedupe_range_info info;
	} arg = {
		.range = {
			.src_offset = from, .src_length = len, .dest_count = 1,
		},
		.info = { .dest_fd = dest, .dest_offset = to },
	};

	EXPECT(!ioctl(src, FIDEDUPERANGE, &arg), "FIDEDUPERANGE: %m");
	*bytes = arg.info.bytes_deduped;
	return arg.info.status;
}

#endif
