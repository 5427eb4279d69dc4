// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "dm.h"

#define CHUNK	(64UL << 10)

/* A file of chunks, each full of its letter; where the first of them is. */
static off_t write_chunks(int fd, const char *letters)
{
	static char buf[CHUNK];
	uint64_t at;
	off_t off;

	EXPECT(!posix_fallocate(fd, 0, MIB), "fallocate");
	at = block_addr(fd, 0) - pmem_base();
	off = (2 * CHUNK - at % (2 * CHUNK)) % (2 * CHUNK);
	for (at = off; *letters; letters++, at += CHUNK) {
		memset(buf, *letters, CHUNK);
		EXPECT(pwrite(fd, buf, CHUNK, at) == CHUNK, "pwrite: %m");
	}
	return off;
}

/* Compare two chunks with the two that are four behind them. */
static int compare(const char *path, const char *letters)
{
	int fd = open(path, O_RDWR | O_CREAT, 0644);
	off_t off = write_chunks(fd, letters);
	uint64_t bytes;

	return dedupe(fd, off, fd, off + 4 * CHUNK, 2 * CHUNK, &bytes);
}

/* What is in the second chunk is on the other leg. */
SCENARIO("dedupe on dm-striped compares what is in the files",
	 .audit = "B9", .on = NFIT | E820,
	 .stock = "fails: different ranges are found equal")
{
	new_striped_dm(CHUNK);
	make_fs_on(DM, "/mnt", "mkfs.xfs -m reflink=1", "dax=always");
	EXPECT(compare("/mnt/d", "abxxacxx") == FILE_DEDUPE_RANGE_DIFFERS,
	       "different ranges are found equal");
	EXPECT(compare("/mnt/e", "abxxabyy") == FILE_DEDUPE_RANGE_SAME,
	       "equal ranges are found different");
}
