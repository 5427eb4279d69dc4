// SPDX-License-Identifier: GPL-2.0
#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "devdax.h"

static long register_buffer(int ring, char *p, size_t len)
{
	struct iovec buffer = { p, len };

	return syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS,
		       &buffer, 1);
}

SCENARIO("device-dax: io_uring does not register a buffer with a bad page",
	 .audit = "C12", .on = NFIT | E820,
	 .stock = "fails: the bad page is registered")
{
	struct io_uring_params params = { 0 };
	int fd, ring = syscall(SYS_io_uring_setup, 1, &params);
	char *p = new_dax_with_bad_line(PMD, &fd);

	EXPECT(ring >= 0, "io_uring_setup: %m");
	EXPECT(register_buffer(ring, p + BAD_PAGE, PAGE) < 0,
	       "the bad page is registered");
	EXPECT(register_buffer(ring, p, 16 * PAGE) < 0,
	       "it is registered with others");
	EXPECT(!register_buffer(ring, p + BAD_PAGE + PAGE, PAGE),
	       "the page after it is not registered: %m");
	close(ring);
	expect_refused(p, "the mapping");
}
