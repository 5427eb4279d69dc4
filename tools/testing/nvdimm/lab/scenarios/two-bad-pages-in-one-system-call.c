// SPDX-License-Identifier: GPL-2.0
#include "user-buffer.h"

/* Two requests fail, nobody dies, and both pages are known from then on. */
SCENARIO("one system call that consumes bad lines of two pages does not panic",
	 .audit = "B29", .on = NFIT | E820,
	 .stock = "panics: Consecutive machine checks to different user pages")
{
	uint64_t phys[2];
	char *from[2], *p;
	int fd;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	from[0] = p + PAGE;
	from[1] = p + 2 * PAGE;
	phys[0] = addr_of(from[0]);
	phys[1] = addr_of(from[1]);
	ask_for_signals();
	write_bad_buffers(from, 2);
	expect_two_refused(fd, p, phys);
}
