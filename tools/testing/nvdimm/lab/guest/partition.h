/* SPDX-License-Identifier: GPL-2.0 */
/* Partitions of the device, aligned to 2 MiB, as the kernel is told of them. */
#ifndef LAB_PARTITION_H
#define LAB_PARTITION_H

#include <fcntl.h>
#include <linux/blkpg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "lab.h"

#define PART_SIZE	(360UL << 20)
#define PART_AT(n)	(PMD + ((n) - 1) * PART_SIZE)

/* Number @n, from 1; its name. */
static inline const char *new_partition(int n)
{
	static char name[4][20];
	struct blkpg_partition part = {
		.pno = n, .start = PART_AT(n), .length = PART_SIZE,
	};
	struct blkpg_ioctl_arg arg = {
		.op = BLKPG_ADD_PARTITION, .datalen = sizeof(part), .data = &part,
	};
	int fd = open(pmem(), O_RDONLY | O_CLOEXEC);

	EXPECT(fd >= 0, "%s: %m", pmem());
	EXPECT(!ioctl(fd, BLKPG, &arg), "partition %d: %m", n);
	close(fd);
	snprintf(name[n], sizeof(name[n]), "%sp%d", pmem(), n);
	return name[n];
}

#endif
