/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A private mapping of a DAX file: a store makes the kernel copy the page.  One
 * that is bad is not copied: the process is told, as it would be by a load.
 */
#ifndef LAB_PRIVATE_H
#define LAB_PRIVATE_H

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>
#include "lab.h"

static inline char *map_private(int fd, size_t len)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	EXPECT(p != MAP_FAILED, "mmap: %m");
	return p;
}

/* The first 2 MiB of a file, where one entry can map them. */
static inline char *map_private_2m(int fd)
{
	char *want = (char *)0x400000000000UL;
	char *p = mmap(want, PMD, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0);

	EXPECT(p == want, "mmap: %m");
	return p;
}

/* @got names the page at @p, of 4 KiB. */
static inline void expect_told(struct sigbus got, const char *p)
{
	const char *at = got.addr;

	EXPECT(got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT(at >= p && at < p + PAGE, "si_addr %p, not in the page at %p", at,
	       p);
	EXPECT(got.lsb == 12, "si_addr_lsb %d", got.lsb);
}

/* The page at @p is bad. */
static inline void expect_store_refused(char *p)
{
	struct sigbus got = store(p + 100, 'x');

	EXPECT(got.taken, "no SIGBUS, and the page has %s",
	       all(p + 101, 0, PAGE - 101) ? "zeros" : "something");
	expect_told(got, p);
}

/* The page at @p is good, and the file has @c in it. */
static inline void expect_stored(char *p, char c)
{
	EXPECT(!store(p + 100, 'x').taken, "SIGBUS in a good page");
	EXPECT(all(p, c, 100) && p[100] == 'x' &&
	       all(p + 101, c, PAGE - 101), "other data in the copy");
}

/*
 * Of the 4 pages of the file at the private mapping @p, the second is bad; none
 * has been copied.
 */
static inline void expect_bad_page_not_copied(int fd, char *p, uint64_t phys)
{
	static char buf[PAGE];

	expect_store_refused(p + PAGE);
	expect_stored(p, 'a');
	expect_stored(p + 2 * PAGE, 'a');
	EXPECT(wait_for_badblock((phys - pmem_base()) / SECTOR),
	       "not in badblocks");
	EXPECT(wait_until_confined(phys), "the bad page is in the direct map");
	memset(buf, 'r', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, PAGE) == PAGE, "pwrite: %m");
	expect_stored(p + PAGE, 'r');
	EXPECT(pread(fd, buf, PAGE, PAGE) == PAGE && all(buf, 'r', PAGE),
	       "the file has changed");
}

/* @how, with the file of 4 pages of each. */
static inline void on_ext4_and_xfs(void (*how)(int fd))
{
	static const char *const mkfs[][2] = {
		{ "mkfs.ext4", "dax" },
		{ "mkfs.xfs -m rmapbt=1", "dax=always" },
	};
	int i, fd;

	for (i = 0; i < 2; i++) {
		make_fs(mkfs[i][0], mkfs[i][1]);
		fd = new_file("/mnt/f", 4 * PAGE);
		how(fd);
		close(fd);
		EXPECT(!umount("/mnt"), "umount: %m");
	}
}

#endif
