// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/mman.h>
#include "clone.h"
#include "litter.h"

#define FILE_LEN	(4 * PAGE)

/* A buffer of 'n' that ends after @len bytes: what is behind it is not mapped. */
static char *short_buffer(size_t len)
{
	char *buf = mmap(NULL, FILE_LEN + PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT(buf != MAP_FAILED, "mmap: %m");
	munmap(buf + FILE_LEN, PAGE);
	memset(buf, 'n', FILE_LEN);
	return buf + FILE_LEN - len;
}

/* Write @len bytes at @at to a clone of @fd, of which @there are there. */
static void write_short(int fd, size_t len, off_t at, size_t there)
{
	int clone = clone_file(fd, "/mnt/g");
	ssize_t n = pwrite(clone, short_buffer(there), len, at);
	char got[FILE_LEN];

	EXPECT(n >= 0 || errno == EFAULT, "pwrite: %m");
	n = n < 0 ? 0 : n;
	EXPECT(n <= (ssize_t)there, "pwrite: %zd bytes", n);
	EXPECT(pread(clone, got, FILE_LEN, 0) == FILE_LEN, "pread: %m");
	EXPECT(all(got, 'a', at) && all(got + at, 'n', n), "other data");
	EXPECT(all(got + at + n, 'a', FILE_LEN - at - n),
	       "the rest of the page is not what it was");
	EXPECT(pread(fd, got, FILE_LEN, 0) == FILE_LEN &&
	       all(got, 'a', FILE_LEN), "the file has changed");
	close(clone);
}

/* The new block holds what somebody else has written. */
SCENARIO("a copy-on-write write that ends short keeps the rest of the page",
	 .on = NFIT | E820, .stock = "fails: the rest of the page is not what it was")
{
	int fd;

	make_fs("mkfs.xfs -m reflink=1", "dax=always");
	litter(16UL << 20, 's');
	fd = new_file("/mnt/f", FILE_LEN);
	write_short(fd, 3000, PAGE + 100, 1000);
	write_short(fd, 3 * PAGE, 0, PAGE + 1000);
	write_short(fd, 3 * PAGE, 100, PAGE + 1000);
}
