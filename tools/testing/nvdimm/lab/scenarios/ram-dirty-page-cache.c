// SPDX-License-Identifier: GPL-2.0
#include "ram.h"

static void expect_eio_once(int fd, const char *who)
{
	EXPECT(fsync(fd) < 0 && errno == EIO, "%s: fsync: %m", who);
	EXPECT(!fsync(fd), "%s: fsync again: %m", who);
}

/* The next version of page 5, of which only memory has something. */
static void write_page(int fd, int c)
{
	static char buf[PAGE];

	memset(buf, c, PAGE);
	EXPECT(pwrite(fd, buf, PAGE, 5 * PAGE) == PAGE, "pwrite: %m");
}

static int read_page(int fd)
{
	static char buf[PAGE];

	EXPECT(pread(fd, buf, PAGE, 5 * PAGE) == PAGE, "pread: %m");
	EXPECT(all(buf, buf[0], PAGE), "a page of several versions");
	return buf[0];
}

SCENARIO("system RAM: a bad dirty page of a file: SIGBUS, fsync gives EIO once",
	 .on = E820)
{
	int fd, other;
	uint64_t phys;
	char *p;

	p = map_cached("mkfs.ext4", &fd);
	other = open("/mnt/f", O_RDWR);
	EXPECT(other >= 0, "open: %m");
	memset(p + 5 * PAGE, 'X', PAGE);
	phys = addr_of(p + 5 * PAGE);

	ram_mark();
	expect_sigbus(hwpoison(p + 5 * PAGE), p + 5 * PAGE, 12, "madvise");
	expect_action(phys, "dirty LRU page", RECOVERED);
	expect_bad_page(phys);
	expect_gone(p + 5 * PAGE);
	expect_letters(p, FILE_PAGES * PAGE, 5);
	expect_eio_once(fd, "the one");
	expect_eio_once(other, "the other");
	munmap(p, FILE_PAGES * PAGE);
	EXPECT(read_page(fd) == letter(5), "not what is on the disk");

	/* And it can be written again. */
	write_page(fd, 'Y');
	EXPECT(!fsync(fd), "fsync of new data: %m");
	drop_caches();
	EXPECT(read_page(fd) == 'Y', "new data is not on the disk");
	expect_rc(unpoison(phys), 0, "unpoison");
	expect_counts(0, RECOVERED, 1);
}
