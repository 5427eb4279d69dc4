/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state that most scenarios about the block device start from: a file of
 * ext4 was mapped when a part of one of its pages went bad, and the filesystem
 * has been unmounted since.
 */
#ifndef LAB_BAD_LINE_H
#define LAB_BAD_LINE_H

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>
#include "lab.h"

#define BAD_SECTOR	3	/* of the page, with page_with_bad_line() */

/* The offset on the device of a page of which @len bytes at @at are bad. */
static inline off_t page_with_error(unsigned int at, unsigned int len)
{
	uint64_t phys;
	char *p;
	int fd;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	phys = addr_of(p + PAGE);
	machine_check_scrub(phys + at, len);
	EXPECT(!in_direct_map(phys), "the bad page is in the direct map");
	munmap(p, 4 * PAGE);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
	return phys - pmem_base();
}

static inline off_t page_with_bad_line(void)
{
	return page_with_error(BAD_SECTOR * SECTOR + 128, LINE);
}

#endif
