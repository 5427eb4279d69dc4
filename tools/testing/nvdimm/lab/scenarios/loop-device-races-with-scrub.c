// SPDX-License-Identifier: GPL-2.0
#include <linux/loop.h>
#include <sys/ioctl.h>
#include "race.h"

static void write_loop(int fd)
{
	int rc = dwrite("/dev/loop0", 0, race_data, RACE_LEN);

	(void)fd;
	RACE_EXPECT(!rc || rc == -EIO, "write: %s", strerror(-rc));
}

/* Its thread writes to the file, from the pages of a bio. */
SCENARIO("writes to a loop device on a DAX file whose pages turn out to be bad",
	 .audit = "B3", .on = NFIT | E820,
	 .stock = "oopses in __memcpy_flushcache")
{
	int fd = race_new_file();
	int loop = open("/dev/loop0", O_RDWR);

	EXPECT(loop >= 0 && !ioctl(loop, LOOP_SET_FD, fd), "loop0: %m");
	race(fd, write_loop, NULL);
	EXPECT(!ioctl(loop, LOOP_CLR_FD, 0), "LOOP_CLR_FD: %m");
}
