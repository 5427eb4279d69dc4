// SPDX-License-Identifier: GPL-2.0
#include "ram.h"

SCENARIO("system RAM: who uses a bad anonymous page gets SIGBUS, and loses no other",
	 .on = E820)
{
	char *p = anonymous(4 * PAGE);
	uint64_t phys = addr_of(p + PAGE);
	int fds[2];

	ram_mark();
	expect_sigbus(hwpoison(p + PAGE), p + PAGE, 12, "madvise");
	expect_action(phys, "dirty LRU page", RECOVERED);
	expect_bad_page(phys);
	expect_gone(p + PAGE);
	expect_letters(p, 4 * PAGE, 1);

	EXPECT(!pipe(fds), "pipe: %m");
	EXPECT(write(fds[1], p + PAGE, PAGE) < 0 && errno == EFAULT,
	       "write from the bad page: %m");
	EXPECT(write(fds[1], p, PAGE) == PAGE, "write from a good page: %m");
	EXPECT(read(fds[0], p + PAGE, PAGE) < 0 && errno == EFAULT,
	       "read into the bad page: %m");
	EXPECT(madvise(p + PAGE, PAGE, MADV_HWPOISON) < 0 && errno == EFAULT,
	       "madvise of the bad page: %m");

	EXPECT(!munmap(p + PAGE, PAGE), "munmap: %m");
	EXPECT(mmap(p + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		    MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p + PAGE, "mmap: %m");
	EXPECT(!store(p + PAGE, 'n').taken, "SIGBUS in a new page");
	expect_bad_page(phys);
	expect_counts(1, RECOVERED, 1);
	expect_rc(unpoison(phys), 0, "unpoison");
	expect_good_page(phys);
	expect_counts(0, RECOVERED, 1);
}
