// SPDX-License-Identifier: GPL-2.0
#include <sys/mount.h>
#include "ram.h"

#define LEN	PMD

/* There is no copy of it anywhere: it stays bad until the file gives it up. */
static void check(const char *opts, bool huge)
{
	static char buf[LEN];
	struct sigbus got;
	uint64_t phys;
	int fd;
	char *p;

	EXPECT(!mount("none", "/mnt", "tmpfs", 0, opts), "mount: %m");
	fd = open("/mnt/f", O_RDWR | O_CREAT, 0644);
	fill_letters(buf, LEN);
	EXPECT(write(fd, buf, LEN) == LEN, "write: %m");
	p = map_file(fd, LEN, 0);
	EXPECT(page_has(addr_of(p), KPF_THP) == huge, "pages of another size");
	phys = addr_of(p + 5 * PAGE);

	ram_mark();
	got = catch_sigbus(hwpoison_page, p + 5 * PAGE);
	/* Splitting a huge page of a file unmaps it: nobody has it any more. */
	EXPECT(got.taken == !huge, "madvise: %s SIGBUS", huge ? "a" : "no");
	if (!huge)
		expect_sigbus(got, p + 5 * PAGE, 12, "madvise");
	expect_action(phys, "dirty LRU page", RECOVERED);
	expect_bad_page(phys);
	expect_gone(p + 5 * PAGE);
	expect_letters(p, LEN, 5);
	munmap(p, LEN);
	p = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	EXPECT(p != MAP_FAILED, "mmap: %m");
	expect_gone(p + 5 * PAGE);
	expect_letters(p, LEN, 5);
	EXPECT(pread(fd, buf, PAGE, 5 * PAGE) < 0 && errno == EIO, "pread: %m");
	EXPECT(pwrite(fd, buf, PAGE, 5 * PAGE) < 0 && errno == EIO,
	       "pwrite: %m");
	EXPECT(pread(fd, buf, LEN, 0) == 5 * PAGE, "pread of all: %m");
	EXPECT(pread(fd, buf, 2 * PAGE, 6 * PAGE) == 2 * PAGE &&
	       all(buf, letter(6), PAGE), "pread: %m");
	expect_rc(unpoison(phys), -EBUSY, "unpoison of a page of a file");

	EXPECT(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  5 * PAGE, PAGE), "punch: %m");
	memset(buf, 'n', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, 5 * PAGE) == PAGE, "pwrite: %m");
	EXPECT(all(p + 5 * PAGE, 'n', PAGE), "new data is not there");
	expect_bad_page(phys);
	expect_counts(1, RECOVERED, 1);
	expect_rc(unpoison(phys), 0, "unpoison");
	expect_counts(0, RECOVERED, 1);
	munmap(p, LEN);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
}

SCENARIO("system RAM: a bad page of tmpfs: SIGBUS, EIO for read and write, until freed",
	 .on = E820)
{
	check("", false);
	check("huge=always", true);
}
