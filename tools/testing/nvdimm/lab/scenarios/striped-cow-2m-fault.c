// SPDX-License-Identifier: GPL-2.0
#include <sys/mman.h>
#include "dm.h"

#define CHUNK	(4 * MIB)

/* Where the 2 MiB of @fd begin in the middle of which the other leg does. */
static off_t around_border(int fd)
{
	uint64_t at = block_addr(fd, 0) - pmem_base();

	return (2 * CHUNK - MIB - at % CHUNK) % CHUNK;
}

/* The copy is in one piece, and what it is made of is not. */
SCENARIO("a 2 MiB copy-on-write fault on dm-striped copies from both legs",
	 .audit = "B9", .on = NFIT | E820, .stock = "fails: the clone: other data")
{
	off_t from;
	int f, g;
	char *p;

	new_striped_dm(CHUNK);
	make_fs_on(DM, "/mnt", "mkfs.xfs -m reflink=1 -d su=2m,sw=1", "dax=always");
	f = new_content("/mnt/f", 'f', 4 * CHUNK);
	from = around_border(f);
	g = clone_part(f, from, PMD, "/mnt/g");
	p = mmap((void *)0x300000000000UL, PMD, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED_NOREPLACE, g, 0);
	EXPECT(p != MAP_FAILED, "mmap: %m");
	EXPECT(!store(p, content_of('f', from / PAGE)).taken, "SIGBUS");
	expect_content(f, 'f', "the file");
	EXPECT(other_page(g, 'f', from / PAGE) < 0, "the clone: other data");
}
