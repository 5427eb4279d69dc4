// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lab.h"

#define PAGES	64
#define RANGES	1000

/* What the healthy path may cost: issue and README give the same numbers. */
#define LIMIT		1005
#define LIMIT_BESIDE	1020

static char *map, buf[PAGE];
static int fd, fd_2m;	/* small entries in the way of large ones: two files */

static void map_4k(void)
{
	if (map)
		munmap(map, PAGES * PAGE);
	/* An address that no 2 MiB entry can map. */
	map = mmap((char *)0x200000001000UL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_FIXED, fd, 0);
	EXPECT(map != MAP_FAILED, "mmap: %m");
}

static void map_2m(void)
{
	if (map)
		munmap(map, 2 * PMD);
	map = mmap((char *)0x200000000000UL, 2 * PMD, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_FIXED, fd_2m, 0);
	EXPECT(map != MAP_FAILED, "mmap: %m");
}

static void touch_page(unsigned int i)
{
	*(volatile char *)(map + i * PAGE) = 1;
}

static void touch_2m(unsigned int i)
{
	*(volatile char *)(map + i * PMD) = 1;
}

static void read_page(unsigned int i)
{
	EXPECT(pread(fd, buf, PAGE, i * PAGE) == PAGE, "pread: %m");
}

static void write_page(unsigned int i)
{
	EXPECT(pwrite(fd, buf, PAGE, i * PAGE) == PAGE, "pwrite: %m");
}

#define MEASURE(what, ...) measure(beside ? what ", bad ranges elsewhere" : what, \
				   beside ? LIMIT_BESIDE : LIMIT, __VA_ARGS__)

static void measure_all(bool beside)
{
	MEASURE("4 KiB pread", NULL, read_page, PAGES);
	MEASURE("4 KiB pwrite", NULL, write_page, PAGES);
	MEASURE("4 KiB fault", map_4k, touch_page, PAGES);
	munmap(map, PAGES * PAGE);
	map = NULL;
	MEASURE("2 MiB fault", map_2m, touch_2m, 2);
	EXPECT(addr_of(map + 5 * PAGE), "not mapped by 2 MiB");
	munmap(map, 2 * PMD);
	map = NULL;
}

/* Sectors behind the file; the block layer's table takes some 500 of them. */
static void tell_bad_ranges(void)
{
	uint64_t from = pmem_size() / SECTOR - 4 * RANGES * 8;
	unsigned int i;
	char text[64];

	for (i = 0; i < RANGES; i++) {
		snprintf(text, sizeof(text), "%llu 1",
			 (unsigned long long)from + 16 * i);
		write_text("/sys/block/pmem0/badblocks", text);
	}
}

SCENARIO("the healthy path: reads, writes, faults", .on = COUNT, .bench = true)
{
	fd_2m = new_file_of_2m_blocks("/mnt/f");
	fd = new_file("/mnt/g", PMD);
	measure_all(false);
	tell_bad_ranges();
	measure_all(true);
}
