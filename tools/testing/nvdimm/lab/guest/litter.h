/* SPDX-License-Identifier: GPL-2.0 */
/* What somebody else had in a file that is gone is in the next blocks to be used. */
#ifndef LAB_LITTER_H
#define LAB_LITTER_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lab.h"

static inline void litter(size_t len, int c)
{
	int fd = open("/mnt/litter", O_RDWR | O_CREAT, 0644);
	char *buf = malloc(len);

	EXPECT(fd >= 0 && buf, "open: %m");
	memset(buf, c, len);
	EXPECT(write(fd, buf, len) == (ssize_t)len, "write: %m");
	free(buf);
	EXPECT(!fsync(fd) && !ftruncate(fd, 0), "ftruncate: %m");
	close(fd);
	unlink("/mnt/litter");
	sync();		/* a freed block waits for the log */
}

#endif
