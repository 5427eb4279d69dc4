// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lab.h"

/*
 * The buffer of the write ends in memory that cannot be read, in the middle of
 * the bad page.  What was written is good, and said to be; the rest is not.
 */
SCENARIO("a repair that ends short makes good what it wrote, and no more",
	 .audit = "B18b", .on = NFIT, .stock = "fails: bytes that were never written")
{
	const size_t part = 2 * SECTOR + 100;
	char got[PAGE], *buf;
	uint64_t phys;
	ssize_t n;
	int fd;

	make_fs("mkfs.ext4", "dax");
	fd = new_file("/mnt/f", 4 * PAGE);
	phys = block_addr(fd, PAGE);
	set_badblock((phys - pmem_base()) / SECTOR, 8);
	buf = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(buf != MAP_FAILED, "mmap: %m");
	munmap(buf + PAGE, PAGE);
	memset(buf, 'n', PAGE);
	n = pwrite(fd, buf + PAGE - part, PAGE, PAGE);
	EXPECT(n > 0 && n <= (ssize_t)part, "pwrite: %zd, %m", n);
	EXPECT(pread(fd, got, PAGE, PAGE) == n && all(got, 'n', n),
	       "bytes that were never written can be read");
	EXPECT(is_bad((phys - pmem_base()) / SECTOR + 2, 6),
	       "not all sectors that were not written are in badblocks");
}
