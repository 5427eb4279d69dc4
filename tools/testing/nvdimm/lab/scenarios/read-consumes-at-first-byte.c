// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "lab.h"

/* Nothing is known of the line before, and nothing is copied before it. */
SCENARIO("read() that consumes a bad line with its first byte gives EIO",
	 .audit = "B18d", .on = NFIT | E820,
	 .stock = "fails: pread: Bad address")
{
	static char buf[PAGE];
	ssize_t n;
	int fd;

	make_fs("mkfs.ext4", "dax");
	fd = new_file("/mnt/f", 4 * PAGE);
	arm_kernel_load(block_addr(fd, PAGE), LINE);
	n = pread(fd, buf, PAGE, PAGE);
	n = n < 0 ? -errno : n;
	expect_kernel_load_hit();
	EXPECT(n < 0, "pread: %zd bytes", n);
	EXPECT(n == -EIO, "pread: %s", strerror(-n));
}
