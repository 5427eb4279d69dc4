// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/mman.h>
#include "clone.h"

#define LEN	(3 * PAGE)

/* From @off in its first page; the pages are read in when the kernel reads them. */
static void write_from(int fd, int memory, unsigned int off, const char *which)
{
	static char got[LEN];
	size_t len = LEN - off;
	char *p = mmap(NULL, LEN, PROT_READ, MAP_PRIVATE, memory, 0);

	EXPECT(p != MAP_FAILED, "mmap: %m");
	madvise(p, LEN, MADV_RANDOM);
	EXPECT(pwrite(fd, p + off, len, 0) == (ssize_t)len,
	       "%s, offset %u: pwrite: %m", which, off);
	EXPECT(pread(fd, got, len, 0) == (ssize_t)len && !memcmp(got, p + off, len),
	       "%s, offset %u: other data", which, off);
	munmap(p, LEN);
}

/* An unaligned load may need two pages, of which one is there. */
SCENARIO("write from memory that is not aligned, and not there yet",
	 .on = NFIT | E820)
{
	int memory, file, clone;
	unsigned int off;

	make_fs("mkfs.xfs -m reflink=1", "dax=always");
	memory = new_file("/mnt/m", LEN);
	for (off = 0; off < LEN; off += 8)
		EXPECT(pwrite(memory, &off, 4, off) == 4, "pwrite: %m");
	file = new_file("/mnt/f", 4 * PAGE);
	for (off = 1; off < 8; off++) {
		write_from(file, memory, off, "write");
		clone = clone_file(file, "/mnt/g");
		write_from(clone, memory, off, "copy-on-write");
		close(clone);
	}
}
