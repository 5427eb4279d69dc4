// SPDX-License-Identifier: GPL-2.0
#include <sys/mman.h>
#include "clone.h"

/* An address that no 2 MiB entry of a page table can map. */
#define UNALIGNED	((char *)0x400000000000UL + PAGE)

/* Nobody writes, and nothing is bad. */
SCENARIO("two mappings of shared 2 MiB, one in pages, leave the page cache in order",
	 .on = NFIT | E820, .stock = "oopses")
{
	int file = new_file_of_2m_blocks("/mnt/f");
	int clone = clone_file(file, "/mnt/g");
	char *at[] = { (char *)0x300000000000UL, UNALIGNED };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		char *p = mmap(at[i], PMD, PROT_READ, MAP_SHARED |
			       MAP_FIXED_NOREPLACE, clone, 0);

		EXPECT(p == at[i], "mmap: %m");
		EXPECT(!touch(p + 7 * PAGE).taken, "SIGBUS");
	}
	munmap(at[0], PMD);
	munmap(at[1], PMD);
	EXPECT(!unlink("/mnt/g"), "unlink: %m");
	close(clone);
	drop_caches();
	sh("sync");
}
