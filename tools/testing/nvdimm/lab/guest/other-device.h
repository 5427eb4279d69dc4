/* SPDX-License-Identifier: GPL-2.0 */
/* A disk in ordinary memory, for what is not to be on the pmem. */
#ifndef LAB_OTHER_DEVICE_H
#define LAB_OTHER_DEVICE_H

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "lab.h"

#define OTHER_SIZE	(320UL << 20)

static inline const char *new_disk(void)
{
	int file = open("/disk", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	int loop = open("/dev/loop0", O_RDWR | O_CLOEXEC);

	EXPECT(file >= 0 && !ftruncate(file, OTHER_SIZE), "/disk: %m");
	EXPECT(loop >= 0 && !ioctl(loop, LOOP_SET_FD, file), "/dev/loop0: %m");
	close(file);
	close(loop);
	return "/dev/loop0";
}

#endif
