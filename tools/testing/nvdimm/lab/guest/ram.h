/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errors in ordinary memory: in what pages they are, and what the kernel counts,
 * logs and signals of them.  The scenarios ram-*.c guard what the kernel does
 * without the patches, too: all kernels have to pass them.
 */
#ifndef LAB_RAM_H
#define LAB_RAM_H

#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "hwpoison.h"
#include "inject.h"

/* mm/memory-failure.c, enum mf_result, in its words for the log */
enum mf_result { IGNORED, FAILED, DELAYED, RECOVERED, MF_RESULTS };

static const char *const mf_results[] = {
	"Ignored", "Failed", "Delayed", "Recovered",
};

/* ---- what the kernel counts and logs -------------------------------------- */

struct ram_counts {
	uint64_t corrupted;		/* pages, of /proc/meminfo */
	uint64_t total;			/* of the node, as all below */
	uint64_t of[MF_RESULTS];
};

static struct ram_counts ram_before;

static inline struct ram_counts ram_counts(void)
{
	static const char *const files[] = {
		"ignored", "failed", "delayed", "recovered",
	};
	const char *node = "/sys/devices/system/node/node0/memory_failure";
	struct ram_counts now = {
		.corrupted = hardware_corrupted() / PAGE,
		.total = read_u64("%s/total", node),
	};
	unsigned int i;

	for (i = 0; i < MF_RESULTS; i++)
		now.of[i] = read_u64("%s/%s", node, files[i]);
	return now;
}

/* What is expected from now on comes on top of what was. */
static inline void ram_mark(void)
{
	ram_before = ram_counts();
	kmsg_mark();
}

/* @corrupted pages more since the mark, and @n failures that ended in @result. */
static inline void expect_counts(long corrupted, enum mf_result result,
				 unsigned int n)
{
	struct ram_counts now = ram_counts();
	unsigned int i;

	EXPECT(now.corrupted == ram_before.corrupted + corrupted,
	       "HardwareCorrupted: %llu pages, then %llu",
	       (unsigned long long)ram_before.corrupted,
	       (unsigned long long)now.corrupted);
	EXPECT(now.total == ram_before.total + n, "total: %llu, then %llu",
	       (unsigned long long)ram_before.total,
	       (unsigned long long)now.total);
	for (i = 0; i < MF_RESULTS; i++)
		EXPECT(now.of[i] == ram_before.of[i] + (i == result ? n : 0),
		       "%s: %llu, then %llu", mf_results[i],
		       (unsigned long long)ram_before.of[i],
		       (unsigned long long)now.of[i]);
}

/* HardwareCorrupted has changed by @pages since the mark, and nothing else. */
static inline void expect_corrupted(long pages)
{
	expect_counts(pages, RECOVERED, 0);
}

/* The log says once what was done about the page at @phys. */
static inline void expect_logged(uint64_t phys, const char *type,
				 enum mf_result result)
{
	char line[120];

	snprintf(line, sizeof(line), "%#llx: recovery action for %s: %s",
		 (unsigned long long)phys / PAGE, type, mf_results[result]);
	EXPECT(kmsg_count(line) == 1, "the log has %u times \"%s\"",
	       kmsg_count(line), line);
}

/* The page at @phys is the only one that has failed since the mark. */
static inline void expect_action(uint64_t phys, const char *type,
				 enum mf_result result)
{
	expect_logged(phys, type, result);
	EXPECT(kmsg_count("recovery action for") == 1, "%u recovery actions",
	       kmsg_count("recovery action for"));
	expect_counts(1, result, 1);
}

static inline int corrupt(uint64_t phys)
{
	return hwpoison_inject(CORRUPT, phys);
}

static inline int unpoison(uint64_t phys)
{
	return hwpoison_inject(UNPOISON, phys);
}

static inline void expect_rc(int rc, int want, const char *what)
{
	EXPECT(rc == want, "%s: %s, not %s", what, strerror(-rc),
	       strerror(-want));
}

/* ---- what pages are ------------------------------------------------------- */

/* Bits KPF_* of @n pages from @phys on (admin-guide/mm/pagemap.rst). */
static inline void page_flags(uint64_t phys, uint64_t *flags, size_t n)
{
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	ssize_t len = n * sizeof(*flags);

	EXPECT(fd >= 0, "kpageflags: %m");
	EXPECT(pread(fd, flags, len, phys / PAGE * 8) == len,
	       "kpageflags has nothing for %#llx", (unsigned long long)phys);
	close(fd);
}

/* Of those that the kernel has for its developers, KPF_* of linux/kernel-page-flags.h */
#define KPF_RESERVED	32

static inline bool page_has(uint64_t phys, unsigned int flag)
{
	uint64_t flags;

	page_flags(phys, &flags, 1);
	return flags >> flag & 1;
}

static inline void expect_bad_page(uint64_t phys)
{
	EXPECT(page_has(phys, KPF_HWPOISON), "the page is not flagged as bad");
	EXPECT(!page_has(phys, KPF_BUDDY), "the bad page is free");
}

static inline void expect_good_page(uint64_t phys)
{
	EXPECT(!page_has(phys, KPF_HWPOISON), "the page is flagged as bad");
}

/* Below the persistent memory of the machine. */
#define RAM_END		(1UL << 30)

/* The first @n pages in a row from @phys on that have @flag, the highest ones. */
static inline uint64_t find_pages(unsigned int flag, unsigned int n)
{
	static uint64_t flags[RAM_END / PAGE];
	unsigned int run = 0;
	size_t i;

	page_flags(0, flags, RAM_END / PAGE);
	for (i = RAM_END / PAGE; i; i--) {
		run = flags[i - 1] >> flag & 1 ? run + 1 : 0;
		if (run == n)
			return (i - 1) * PAGE;
	}
	fail("no %u pages in a row with flag %u", n, flag);
}

/* A page in the middle of much memory that is free: nobody takes it soon. */
static inline uint64_t free_page(void)
{
	return find_pages(KPF_BUDDY, 2048) + 1024 * PAGE;
}

/* ---- contents ------------------------------------------------------------- */

/* What page @i has, unless told otherwise. */
static inline int letter(size_t i)
{
	return 'a' + i % 23;
}

static inline void fill_letters(char *p, size_t len)
{
	size_t at;

	for (at = 0; at < len; at += PAGE)
		memset(p + at, letter(at / PAGE), PAGE);
}

/* All of them, but for page @bad, which is not touched. */
static inline void expect_letters(char *p, size_t len, size_t bad)
{
	size_t i;

	for (i = 0; i < len / PAGE; i++) {
		if (i == bad)
			continue;
		EXPECT(!touch(p + i * PAGE).taken, "SIGBUS in page %zu", i);
		EXPECT(all(p + i * PAGE, letter(i), PAGE),
		       "page %zu has changed", i);
	}
}

/* ---- mappings ------------------------------------------------------------- */

/* @len bytes of letters, where one entry could map 2 MiB. */
static inline char *map_ram(size_t len, int flags)
{
	static char *at = (char *)0x500000000000UL;
	char *p = mmap(at, len, PROT_READ | PROT_WRITE,
		       flags | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	EXPECT(p == at, "mmap: %m");
	at += (len + 2 * PMD) & ~(PMD - 1);
	fill_letters(p, len);
	return p;
}

static inline char *anonymous(size_t len)
{
	return map_ram(len, MAP_PRIVATE);
}

#define FILE_PAGES	16

/*
 * A file of letters, on the disk and in memory, and mapped.  The mount option is
 * that it is not DAX: the page cache is ordinary memory.
 */
static inline char *map_cached(const char *mkfs, int *fd)
{
	static char buf[FILE_PAGES * PAGE];

	make_fs(mkfs, "");
	*fd = new_file("/mnt/f", sizeof(buf));
	fill_letters(buf, sizeof(buf));
	EXPECT(pwrite(*fd, buf, sizeof(buf), 0) == sizeof(buf), "pwrite: %m");
	EXPECT(!fsync(*fd), "fsync: %m");
	return map_file(*fd, sizeof(buf), 0);
}

/* The same, mapped anew, for reading, when all of it is on the disk. */
static inline char *map_cached_clean(const char *mkfs, int *fd)
{
	size_t len = FILE_PAGES * PAGE;
	char *p = map_cached(mkfs, fd);

	EXPECT(!fsync(*fd), "fsync: %m");
	munmap(p, len);
	p = mmap(NULL, len, PROT_READ, MAP_SHARED, *fd, 0);
	EXPECT(p != MAP_FAILED, "mmap: %m");
	expect_letters(p, len, NO_PAGE);
	return p;
}

/* ---- signals -------------------------------------------------------------- */

static inline void expect_sigbus(struct sigbus got, const void *addr, int lsb,
				 const char *who)
{
	EXPECT(got.taken, "%s: no SIGBUS", who);
	EXPECT(got.code == BUS_MCEERR_AR, "%s: si_code %d", who, got.code);
	EXPECT(got.addr == addr, "%s: si_addr %p, not %p", who, got.addr, addr);
	EXPECT(got.lsb == lsb, "%s: si_addr_lsb %d", who, got.lsb);
}

/* Whoever touches the page at @p is told so. */
static inline void expect_gone(char *p)
{
	EXPECT(!addr_of(p), "the bad page is mapped");
	expect_sigbus(touch(p), p, 12, "load");
	expect_sigbus(store(p, 'x'), p, 12, "store");
}

#endif
