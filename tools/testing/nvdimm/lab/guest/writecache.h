/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dm-writecache on a partition of the pmem device, in front of a RAM disk.  All
 * blocks are of one page.  A new cache uses its blocks in order: what is written
 * first is in its block 0.
 */
#ifndef LAB_WRITECACHE_H
#define LAB_WRITECACHE_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "lab.h"
#include "partition.h"

#ifndef ORIGIN
#define WC		"/dev/dm-0"
#define ORIGIN		"/dev/ram0"
#endif
#define ORIGIN_SECTORS	8000UL
#define DIRTY		16	/* blocks that new_dirty_cache() writes */
#define WC_HEADER	64UL	/* the superblock; then entries of 16 bytes */

static char wc_buf[PAGE];

static inline int try_activate(void)
{
	return sh("dmsetup create --noudevsync wc --table "
		  "'0 %lu writecache p %s %sp1 4096 0' 2>/dev/null",
		  ORIGIN_SECTORS, ORIGIN, pmem());
}

static inline void activate(void)
{
	EXPECT(!try_activate(), "the cache is not activated");
}

static inline void deactivate(void)
{
	EXPECT(!sh("dmsetup remove --noudevsync wc"), "dmsetup remove");
}

/* Make the next activation take it for a new one. */
static inline void forget_cache(void)
{
	memset(wc_buf, 0, PAGE);
	EXPECT(!dwrite(pmem(), PART_AT(1), wc_buf, PAGE), "writing zeroes");
}

static inline int write_block(unsigned int block, int c)
{
	memset(wc_buf, c, PAGE);
	return dwrite(WC, block * PAGE, wc_buf, PAGE);
}

static inline void expect_write(unsigned int block, int c)
{
	int rc = write_block(block, c);

	EXPECT(!rc, "writing block %u: %s", block, strerror(-rc));
}

static inline void expect_content(const char *dev, unsigned int block, int c)
{
	int rc = dread(dev, block * PAGE, wc_buf, PAGE);

	EXPECT(!rc, "reading block %u of %s: %s", block, dev, strerror(-rc));
	EXPECT(all(wc_buf, c, PAGE), "block %u of %s has other data", block, dev);
}

static inline void expect_lost(unsigned int block)
{
	int rc = dread(WC, block * PAGE, wc_buf, PAGE);

	EXPECT(rc, "lost block %u can be read", block);
	EXPECT(rc == -EIO, "reading block %u: %s", block, strerror(-rc));
}

static inline int flush_writes(void)
{
	int fd = open(WC, O_RDWR | O_CLOEXEC), rc;

	EXPECT(fd >= 0, WC ": %m");
	rc = fsync(fd) ? -errno : 0;
	close(fd);
	return rc;
}

/* Write everything back; it says when it cannot. */
static inline bool write_back(void)
{
	return !sh("dmsetup message wc 0 flush 2>/dev/null");
}

/* Block n is dirty with 'a' + n. */
static inline void new_dirty_cache(void)
{
	unsigned int n;

	new_partition(1);
	forget_cache();
	activate();
	for (n = 0; n < DIRTY; n++)
		expect_write(n, 'a' + n);
	EXPECT(!flush_writes(), "fsync: %m");
}

/* The dirty blocks [@from, @to) are on @dev. */
static inline void expect_dirty(const char *dev, unsigned int from,
				unsigned int to)
{
	for (; from < to; from++)
		expect_content(dev, from, 'a' + from);
}

static inline unsigned long wc_blocks(void)
{
	unsigned long n = 0;
	FILE *f = popen("dmsetup status wc", "r");

	EXPECT(f && fscanf(f, "%*u %*u writecache %*u %lu", &n) == 1,
	       "dmsetup status");
	pclose(f);
	return n;
}

/* Physical addresses of what is in the cache, which is active. */
static inline uint64_t wc_superblock_addr(void)
{
	return pmem_base() + PART_AT(1);
}

static inline uint64_t wc_entry_addr(unsigned int block)
{
	return wc_superblock_addr() + WC_HEADER + 16 * block;
}

static inline uint64_t wc_data_addr(unsigned int block)
{
	uint64_t metadata = WC_HEADER + 16 * wc_blocks();

	return wc_superblock_addr() + (metadata + PAGE - 1) / PAGE * PAGE +
		block * PAGE;
}

static inline bool nothing_is_bad(void *unused)
{
	(void)unused;
	return !has_badblock(0, -1ULL);
}

static inline void expect_repaired(void)
{
	EXPECT(wait_for(nothing_is_bad, NULL, 5000), "still in badblocks");
}

#endif
