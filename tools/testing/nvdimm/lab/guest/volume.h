/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Volumes: mapped devices, any number of them, on parts of one device or of two,
 * with files in them that share their pages.
 */
#ifndef LAB_VOLUME_H
#define LAB_VOLUME_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "consumed.h"
#include "dm.h"

#define REFLINK	"mkfs.xfs -m rmapbt=1,reflink=1"

/* ---- the devices ---------------------------------------------------------- */

/* "v0", "v1", ... in the order in which they are made; the path of its device. */
__attribute__((format(printf, 1, 2)))
static inline const char *new_volume(const char *fmt, ...)
{
	static char dev[8][16];
	static unsigned int n;
	char table[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(table, sizeof(table), fmt, ap);
	va_end(ap);
	EXPECT(!sh("printf '%s\\n' | dmsetup create --noudevsync v%u", table, n),
	       "dmsetup create: %s", table);
	snprintf(dev[n], sizeof(dev[n]), "/dev/dm-%u", n);
	return dev[n++];
}

/* @len bytes of @dev from @off on. */
static inline const char *new_linear_volume(const char *dev, size_t off,
					    size_t len)
{
	return new_volume("0 %lu linear %s %lu", len / SECTOR, dev,
			  off / SECTOR);
}

static inline void dmsetup(const char *what)
{
	EXPECT(!sh("dmsetup %s --noudevsync >/dev/null", what), "dmsetup %s",
	       what);
}

/* Those of the two machine; pmem0 is leg 0. */
static inline const char *leg_nd(int leg)
{
	static char link[400];
	char path[40];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/block/pmem%d/device", leg);
	n = readlink(path, link, sizeof(link) - 1);
	EXPECT(n > 0, "%s: %m", path);
	link[n] = 0;
	return strrchr(link, '/') + 1;
}

static inline bool is_on_leg(uint64_t phys, int leg)
{
	uint64_t base = read_u64("/sys/bus/nd/devices/%s/resource", leg_nd(leg));

	return phys >= base &&
	       phys < base + read_u64("/sys/block/pmem%d/size", leg) * SECTOR;
}

/* The driver lets go of one of them. */
static inline void unbind_leg(int leg)
{
	int rc = write_text("/sys/bus/nd/drivers/nd_pmem/unbind", leg_nd(leg));

	EXPECT(!rc, "unbind: %s", strerror(-rc));
}

/* ---- those who use them ---------------------------------------------------- */

/* Two files of a directory that share all pages, and a process for each. */
struct pair {
	struct user *first, *second;
};

static inline struct pair new_pair(const char *dir, size_t len)
{
	struct pair pair;
	char path[2][40];

	snprintf(path[0], sizeof(path[0]), "%s/f", dir);
	snprintf(path[1], sizeof(path[1]), "%s/g", dir);
	close(new_file(path[0], len));
	EXPECT(!sh("xfs_io -f -c 'reflink %s' %s >/dev/null", path[0], path[1]),
	       "reflink");
	pair.first = new_user(path[0], len, EARLY);
	pair.second = new_user(path[1], len, EARLY);
	return pair;
}

static inline uint64_t pair_addr_of(const struct pair *pair, size_t off)
{
	uint64_t phys = user_addr_of(pair->first, pair->first->map + off);

	EXPECT(phys && phys == user_addr_of(pair->second,
					    pair->second->map + off),
	       "page %zu: gone, or not shared", off / PAGE);
	return phys;
}

/* Both were told of the page at @off, which is gone. */
static inline void expect_told(const struct pair *pair, size_t off)
{
	expect_early(pair->first, pair->first->map + off);
	expect_early(pair->second, pair->second->map + off);
	expect_lost(pair->first, pair->first->map + off, "the first file");
	expect_lost(pair->second, pair->second->map + off, "the second file");
	pair->first->signals = 0;
	pair->second->signals = 0;
}

/* Of nothing, and nothing is gone. */
static inline void expect_left_alone(const struct pair *pair, size_t len)
{
	size_t off;

	EXPECT(!pair->first->signals && !pair->second->signals,
	       "others were signalled");
	for (off = 0; off < len; off += PAGE)
		pair_addr_of(pair, off);
}

#endif
