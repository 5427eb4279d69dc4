/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MADV_HWPOISON of a page of a mapped file.  A test of an application's handler
 * should test what happens with hardware.
 */
#ifndef LAB_HWPOISONED_FILE_H
#define LAB_HWPOISONED_FILE_H

#include <signal.h>
#include <sys/mman.h>
#include "found.h"

static inline void hwpoison(void *p)
{
	EXPECT(!madvise(p, PAGE, MADV_HWPOISON), "MADV_HWPOISON: %m");
}

/* It is refused to everybody until it is written. */
static inline void hwpoison_file(const char *mkfs)
{
	struct sigbus got;
	uint64_t phys;
	char *p;
	int fd;

	p = map_new_file(mkfs, "dax", &fd);
	phys = addr_of(p + PAGE);
	got = catch_sigbus(hwpoison, p + PAGE);
	EXPECT(got.taken && got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT(touch(p + PAGE).taken, "the bad page can be read");
	EXPECT(is_bad((phys - pmem_base()) / SECTOR, 8), "not in badblocks");
	EXPECT(!in_direct_map(phys), "in the direct map");
	EXPECT(!touch(p).taken, "SIGBUS in the page before it");
	expect_repair(fd, p, phys);
}

#endif
