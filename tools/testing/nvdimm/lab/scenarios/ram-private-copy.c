// SPDX-License-Identifier: GPL-2.0
#include "ram.h"

/* And the other way round: a bad page of the file leaves the copy alone. */
SCENARIO("system RAM: a bad private copy of a page does not hurt the file",
	 .on = E820)
{
	size_t len = FILE_PAGES * PAGE;
	char *shared, *copy;
	uint64_t phys, of_file;
	int fd;

	shared = map_cached_clean("mkfs.ext4", &fd);
	copy = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	EXPECT(copy != MAP_FAILED, "mmap: %m");
	memset(copy + 5 * PAGE, 'P', PAGE);
	memset(copy + 7 * PAGE, 'P', PAGE);
	phys = addr_of(copy + 5 * PAGE);
	of_file = addr_of(shared + 5 * PAGE);
	EXPECT(phys != of_file, "not a copy");

	ram_mark();
	expect_sigbus(hwpoison(copy + 5 * PAGE), copy + 5 * PAGE, 12, "madvise");
	expect_action(phys, "dirty LRU page", RECOVERED);
	expect_gone(copy + 5 * PAGE);
	EXPECT(addr_of(shared + 5 * PAGE) == of_file, "the file's page has gone");
	expect_letters(shared, len, NO_PAGE);
	EXPECT(!fsync(fd), "fsync: %m");

	of_file = addr_of(shared + 7 * PAGE);
	ram_mark();
	EXPECT(!catch_sigbus(hwpoison_page, shared + 7 * PAGE).taken, "a signal");
	expect_action(of_file, "clean LRU page", RECOVERED);
	EXPECT(all(copy + 7 * PAGE, 'P', PAGE), "the copy has changed");
	expect_letters(shared, len, NO_PAGE);
}
