/* SPDX-License-Identifier: GPL-2.0 */
/* A file ends in its bad page; what was behind that does not come back. */
#ifndef LAB_TRUNCATE_H
#define LAB_TRUNCATE_H

#include <sys/stat.h>
#include "bad-file.h"

static inline off_t size_of(int fd)
{
	struct stat st;

	EXPECT(!fstat(fd, &st), "fstat: %m");
	return st.st_size;
}

/* The whole bad sector is behind the new end: zeroing it is all that it takes. */
static inline void truncate_before_bad_sector(const char *mkfs, const char *opts)
{
	const off_t end = BAD_AT - SECTOR;
	int fd = file_with_bad_sector(mkfs, opts);

	EXPECT(!ftruncate(fd, end), "ftruncate: %m");
	EXPECT(size_of(fd) == end, "size %lld", (long long)size_of(fd));
	EXPECT(!ftruncate(fd, FILE_LEN), "ftruncate, larger: %m");
	expect_bytes(fd, 0, end, 'a');
	expect_bytes(fd, end, FILE_LEN - end, 0);
	EXPECT(!has_badblock(0, -1ULL), "in badblocks");
}

/*
 * Behind the new end are a part of the bad sector, and good ones.  In the end the
 * sector is repaired, from outside of the filesystem, so that any kernel lets all
 * of the page be read.
 */
static inline void truncate_within_bad_sector(const char *mkfs, const char *opts)
{
	static char repair[SECTOR] = "r";
	uint64_t sector;
	int fd, rc;

	make_fs(mkfs, opts);
	fd = new_file("/mnt/f", FILE_LEN);
	sector = (block_addr(fd, PAGE) - pmem_base() + BAD_AT - PAGE) / SECTOR;
	set_badblock(sector, 1);
	rc = ftruncate(fd, BAD_AT + 100);
	EXPECT(!rc || errno == EIO, "ftruncate: %m");
	EXPECT(!rc || size_of(fd) == FILE_LEN, "EIO, and %lld bytes are left",
	       (long long)size_of(fd));
	EXPECT(rc || !ftruncate(fd, FILE_LEN), "ftruncate, larger: %m");
	EXPECT(!dwrite(pmem(), sector * SECTOR, repair, SECTOR), "write");
	expect_bytes(fd, 0, BAD_AT, 'a');
	expect_bytes(fd, BAD_END, FILE_LEN - BAD_END, rc ? 'a' : 0);
}

#endif
