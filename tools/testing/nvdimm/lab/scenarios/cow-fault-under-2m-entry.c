// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/mman.h>
#include "clone.h"

/* An address that no 2 MiB entry of a page table can map. */
#define UNALIGNED	((char *)0x400000000000UL + PAGE)

static char *map_at(char *at, int fd)
{
	char *p = mmap(at, PMD, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);

	EXPECT(p == at, "mmap: %m");
	return p;
}

/* Who reads gets 2 MiB, who writes at another address one page of them. */
SCENARIO("copy-on-write of one page of 2 MiB leaves the page cache in order",
	 .on = NFIT | E820, .stock = "oopses")
{
	static char buf[PMD];
	char *large, *small;
	int file, clone, i;

	file = new_file_of_2m_blocks("/mnt/f");
	clone = clone_file(file, "/mnt/g");
	large = map_at((char *)0x300000000000UL, clone);
	small = map_at(UNALIGNED, clone);
	EXPECT(!touch(large).taken, "SIGBUS");
	for (i = 0; i < 3; i++)
		EXPECT(!store(small + i * 7 * PAGE, 'n').taken, "SIGBUS");
	EXPECT(!store(large + 100 * PAGE, 'n').taken, "SIGBUS");
	EXPECT(large[7 * PAGE] == 'n' && small[100 * PAGE] == 'n' &&
	       large[8 * PAGE] == 'a', "the two mappings differ");
	EXPECT(!fsync(clone), "fsync: %m");
	EXPECT(pread(file, buf, PMD, 0) == PMD && all(buf, 'a', PMD),
	       "the other file has changed");

	munmap(large, PMD);
	munmap(small, PMD);
	EXPECT(!unlink("/mnt/g"), "unlink: %m");
	close(clone);
	drop_caches();
	sh("sync");
	EXPECT(pread(file, buf, PMD, 0) == PMD && all(buf, 'a', PMD),
	       "the other file has changed");
}
