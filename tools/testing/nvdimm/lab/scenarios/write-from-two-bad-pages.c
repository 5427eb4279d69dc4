// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include "user-buffer.h"

/*
 * An ordinary write() to a file in the page cache tries again behind a short
 * copy, and so gets from one bad page to the next.  (Memory does not lose its
 * contents here, so in the end it succeeds.)
 */
SCENARIO("a write() that consumes bad lines of two pages of its buffer does not panic",
	 .audit = "B29", .on = NFIT | E820,
	 .stock = "panics: Consecutive machine checks to different user pages")
{
	uint64_t phys[2];
	char *from[2], *p;
	ssize_t n;
	int fd, to, err;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	to = open("/copy", O_RDWR | O_CREAT, 0600);
	EXPECT(to >= 0, "/copy: %m");
	from[0] = p + PAGE;
	from[1] = p + 2 * PAGE;
	phys[0] = addr_of(from[0]);
	phys[1] = addr_of(from[1]);
	ask_for_signals();
	arm_buffers(from, 2);
	n = write(to, p, 4 * PAGE);
	err = errno;
	expect_kernel_load_hit();
	EXPECT(n > 0 || err == EFAULT, "write: %s", strerror(err));
	expect_two_refused(fd, p, phys);
}
