/* SPDX-License-Identifier: GPL-2.0 */
/* Ordinary memory in pages of 2 MiB: of hugetlb, and transparent ones. */
#ifndef LAB_RAM_HUGE_H
#define LAB_RAM_HUGE_H

#include <sys/mount.h>
#include "ram.h"

#define HUGE_PAGES	4		/* in the pool of hugetlb */
#define HUGE_SYS	"/sys/kernel/mm/hugepages/hugepages-2048kB/"

static inline void make_huge_pages(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", HUGE_PAGES);
	expect_rc(write_text("/proc/sys/vm/nr_hugepages", text), 0,
		  "nr_hugepages");
	EXPECT(read_u64(HUGE_SYS "nr_hugepages") == HUGE_PAGES,
	       "no %d huge pages", HUGE_PAGES);
}

static inline void expect_huge_pages(unsigned int all, unsigned int free)
{
	EXPECT(read_u64(HUGE_SYS "nr_hugepages") == all &&
	       read_u64(HUGE_SYS "free_hugepages") == free,
	       "%llu huge pages, %llu free, not %u and %u",
	       (unsigned long long)read_u64(HUGE_SYS "nr_hugepages"),
	       (unsigned long long)read_u64(HUGE_SYS "free_hugepages"), all,
	       free);
}

/* One page of hugetlb, anonymous, full of letters. */
static inline char *map_huge(void)
{
	return map_ram(PMD, MAP_PRIVATE | MAP_HUGETLB);
}

/* A file of one, mapped, full of letters. */
static inline char *map_huge_file(int *fd)
{
	char *p = (char *)0x600000000000UL;

	EXPECT(!mount("none", "/mnt", "hugetlbfs", 0, NULL), "mount: %m");
	*fd = open("/mnt/f", O_RDWR | O_CREAT, 0644);
	EXPECT(*fd >= 0 && !ftruncate(*fd, PMD), "/mnt/f: %m");
	EXPECT(mmap(p, PMD, PROT_READ | PROT_WRITE, MAP_SHARED |
		    MAP_FIXED_NOREPLACE, *fd, 0) == p, "mmap: %m");
	fill_letters(p, PMD);
	return p;
}

/* Anonymous memory that one transparent huge page maps; letters, if @fill. */
static inline char *map_thp(bool fill)
{
	char *p = (char *)0x700000000000UL;
	uint64_t phys;

	EXPECT(mmap(p, PMD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
		    MAP_FIXED_NOREPLACE, -1, 0) == p, "mmap: %m");
	EXPECT(!madvise(p, PMD, MADV_HUGEPAGE), "MADV_HUGEPAGE: %m");
	if (fill)
		fill_letters(p, PMD);
	EXPECT(!touch(p).taken, "SIGBUS");
	phys = addr_of(p);
	EXPECT(phys % PMD == 0 && page_has(phys, KPF_THP), "no huge page");
	return p;
}

/* All subpages but @bad of the huge page that was at @phys are not bad. */
static inline void expect_only_bad(uint64_t phys, unsigned int bad)
{
	static uint64_t flags[PMD / PAGE];
	unsigned int i;

	page_flags(phys, flags, PMD / PAGE);
	for (i = 0; i < PMD / PAGE; i++)
		EXPECT((flags[i] >> KPF_HWPOISON & 1) == (i == bad),
		       "page %u: flags %#llx", i, (unsigned long long)flags[i]);
}

#endif
