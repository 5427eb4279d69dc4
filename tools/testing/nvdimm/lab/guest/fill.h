/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that take all the space that a filesystem on /mnt has, the blocks that went
 * bad while nobody used them among it.
 */
#ifndef LAB_FILL_H
#define LAB_FILL_H

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lab.h"

#define FILL_FILE	(8 * PMD)
#define REMOVED		4U	/* files that are removed; a line of each goes bad */

static uint64_t removed[REMOVED];	/* where */

static inline const char *fill_name(unsigned int i)
{
	static char name[30];

	snprintf(name, sizeof(name), "/mnt/fill-%u", i);
	return name;
}

static inline char *fill_pattern(unsigned int i)
{
	static char *buf;

	buf = buf ?: malloc(PMD);
	EXPECT(buf, "out of memory");
	memset(buf, 'A' + i % 26, PMD);
	return buf;
}

/* Writes one file; false when the space ended before. */
static inline bool fill_file(unsigned int i)
{
	int fd = open(fill_name(i), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
	char *buf = fill_pattern(i);
	size_t done = 0;
	ssize_t n = 0;

	EXPECT(fd >= 0 || errno == ENOSPC, "%s: %m", fill_name(i));
	if (fd < 0)
		return false;
	while (done < FILL_FILE && (n = write(fd, buf, PMD)) > 0)
		done += n;
	EXPECT(n > 0 || errno == ENOSPC, "write of %s: %m", fill_name(i));
	EXPECT(!fsync(fd), "fsync of %s: %m", fill_name(i));
	close(fd);
	return n > 0;
}

static inline void expect_file(unsigned int i)
{
	int fd = open(fill_name(i), O_RDONLY | O_CLOEXEC);
	char *want = fill_pattern(i), *buf = malloc(PMD);
	ssize_t n;

	EXPECT(buf, "out of memory");
	while ((n = read(fd, buf, PMD)) > 0)
		EXPECT(!memcmp(buf, want, n), "%s: other data came back",
		       fill_name(i));
	EXPECT(!n, "read of %s: %m", fill_name(i));
	free(buf);
	close(fd);
}

static inline void new_files(const char *mkfs, const char *opts)
{
	unsigned int i;

	make_fs(mkfs, opts);
	for (i = 0; i < REMOVED; i++) {
		int fd = new_file(fill_name(i), 16 * PAGE);

		removed[i] = block_addr(fd, 5 * PAGE);
		close(fd);
	}
}

/* XFS frees the blocks in the background, but not while it is frozen. */
static inline void remove_files(void)
{
	int fd = open("/mnt", O_RDONLY | O_CLOEXEC);
	unsigned int i;

	for (i = 0; i < REMOVED; i++)
		EXPECT(!unlink(fill_name(i)), "unlink: %m");
	drop_caches();
	EXPECT(!ioctl(fd, FIFREEZE, 0), "FIFREEZE: %m");
	EXPECT(!ioctl(fd, FITHAW, 0), "FITHAW: %m");
	close(fd);
}

/* The files are gone when a line of each goes bad. */
static inline void harm_free_blocks(const char *mkfs, const char *opts)
{
	unsigned int i;

	new_files(mkfs, opts);
	remove_files();
	for (i = 0; i < REMOVED; i++)
		machine_check_scrub(removed[i], LINE);
}

/* The files are mapped when it goes bad, and then they are removed. */
static inline void remove_bad_files(const char *mkfs, const char *opts)
{
	unsigned int i;

	new_files(mkfs, opts);
	for (i = 0; i < REMOVED; i++) {
		int fd = open(fill_name(i), O_RDWR | O_CLOEXEC);
		char *p = map_file(fd, 16 * PAGE, 0);

		machine_check_scrub(removed[i], LINE);
		munmap(p, 16 * PAGE);
		close(fd);
	}
	remove_files();
}

/* Others take the blocks: all of it reads back, and has repaired what was bad. */
static inline void reuse_free_blocks(void)
{
	unsigned int i, n = 0;

	/* ext4 keeps some for itself. */
	write_text("/sys/fs/ext4/pmem0/reserved_clusters", "0");
	while (fill_file(n))
		n++;
	drop_caches();
	for (i = 0; i <= n; i++)
		expect_file(i);
	EXPECT(!has_badblock(0, -1ULL), "bad blocks are in use, or nobody took them");
	for (i = 0; i < REMOVED; i++)
		EXPECT(in_direct_map(removed[i]), "not in the direct map");
}

#endif
