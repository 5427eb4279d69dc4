// SPDX-License-Identifier: GPL-2.0
#include "ram.h"

static void check(const char *mkfs)
{
	static char buf[FILE_PAGES * PAGE];
	uint64_t phys;
	char *p;
	int fd;

	p = map_cached_clean(mkfs, &fd);
	phys = addr_of(p + 5 * PAGE);
	EXPECT(!page_has(phys, KPF_DIRTY), "the page is dirty");

	ram_mark();
	EXPECT(!catch_sigbus(hwpoison_page, p + 5 * PAGE).taken, "a signal");
	expect_action(phys, "clean LRU page", RECOVERED);
	expect_bad_page(phys);
	expect_letters(p, FILE_PAGES * PAGE, NO_PAGE);
	EXPECT(addr_of(p + 5 * PAGE) != phys, "the bad page is mapped");
	EXPECT(pread(fd, buf, sizeof(buf), 0) == sizeof(buf), "pread: %m");
	expect_letters(buf, sizeof(buf), NO_PAGE);
	EXPECT(!fsync(fd), "fsync: %m");
	expect_rc(unpoison(phys), 0, "unpoison");
	expect_counts(0, RECOVERED, 1);
	munmap(p, FILE_PAGES * PAGE);
	close(fd);
	EXPECT(!sh("umount /mnt"), "umount");
}

/* The page cache of XFS has large folios, that of ext4 has not. */
SCENARIO("system RAM: a bad clean page of a file is read from the disk again, no signal",
	 .on = E820)
{
	check("mkfs.ext4");
	check("mkfs.xfs");
}
