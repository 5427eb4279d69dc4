// SPDX-License-Identifier: GPL-2.0
#include "ram-huge.h"

/* It stays in the file, so that read() can have what is good of it. */
SCENARIO("system RAM: two bad pages in a file of hugetlb: EIO for them alone, counted each",
	 .on = E820)
{
	static char buf[PMD];
	uint64_t phys;
	char *p;
	int fd;

	make_huge_pages();
	p = map_huge_file(&fd);
	phys = addr_of(p);
	ram_mark();
	expect_sigbus(hwpoison(p + 5 * PAGE), p + 5 * PAGE, 21, "madvise");
	expect_action(phys + 5 * PAGE, "huge page", RECOVERED);
	expect_sigbus(touch(p), p, 21, "load");
	EXPECT(pread(fd, buf, PMD, 0) == 5 * PAGE, "pread of all: %m");
	expect_letters(buf, 5 * PAGE, NO_PAGE);
	EXPECT(pread(fd, buf, PAGE, 5 * PAGE) < 0 && errno == EIO, "pread: %m");
	EXPECT(pread(fd, buf, PAGE, 6 * PAGE) == PAGE && all(buf, letter(6), PAGE),
	       "pread of the page behind it: %m");

	expect_rc(corrupt(phys + 9 * PAGE), -EHWPOISON, "corrupt another part");
	expect_logged(phys + 9 * PAGE, "huge page", FAILED);
	EXPECT(pread(fd, buf, PAGE, 9 * PAGE) < 0 && errno == EIO, "pread: %m");
	EXPECT(hardware_corrupted() == (ram_before.corrupted + 2) * PAGE,
	       "two bad pages are not two");
	expect_rc(corrupt(phys + 9 * PAGE), -EHWPOISON, "corrupt it again");
	expect_logged(phys + 9 * PAGE, "already poisoned page", FAILED);
	EXPECT(hardware_corrupted() == (ram_before.corrupted + 2) * PAGE,
	       "a bad page is counted twice");

	expect_rc(unpoison(phys + 5 * PAGE), -EBUSY, "unpoison in the file");
	munmap(p, PMD);
	EXPECT(!ftruncate(fd, 0), "ftruncate: %m");
	expect_rc(unpoison(phys), 0, "unpoison");
	EXPECT(hardware_corrupted() == ram_before.corrupted * PAGE,
	       "not all is unpoisoned");
	expect_huge_pages(HUGE_PAGES, HUGE_PAGES);
}
