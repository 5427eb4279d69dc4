// SPDX-License-Identifier: GPL-2.0
#include "user-buffer.h"

/* The machine check handler of stock counts them until the call returns. */
SCENARIO("one system call that consumes a bad line a dozen times does not panic",
	 .audit = "B29", .on = NFIT | E820,
	 .stock = "panics: Too many consecutive machine checks")
{
	char *from[WRITES_MAX], *p;
	unsigned int i;
	uint64_t phys;
	void *told;
	int fd;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	phys = addr_of(p + PAGE);
	for (i = 0; i < WRITES_MAX; i++)
		from[i] = p + PAGE;
	ask_for_signals();
	write_bad_buffers(from, WRITES_MAX);
	told = wait_for_signal();
	EXPECT(told == p + PAGE, "si_addr %p", told);
	expect_refused(fd, p, 1, phys);
	EXPECT(all(p, 'a', PAGE) && all(p + 2 * PAGE, 'a', 2 * PAGE),
	       "the pages beside it have changed");
}
