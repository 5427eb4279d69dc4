/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page of a mapped file turns out to be bad, without anybody having consumed
 * the error: nobody dies, the page cannot be used any more, and all else can.
 */
#ifndef LAB_FOUND_H
#define LAB_FOUND_H

#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "dsm.h"

/* The second page of the file at @p is bad; writing it is all that it takes. */
static inline void expect_repair(int fd, char *p, uint64_t phys)
{
	static char buf[PAGE];

	memset(buf, 'r', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, PAGE) == PAGE, "pwrite: %m");
	EXPECT(!touch(p + PAGE).taken, "SIGBUS after the repair");
	EXPECT(all(p + PAGE, 'r', PAGE), "other data came back");
	EXPECT(in_direct_map(phys), "repaired, but not in the direct map");
	EXPECT(!has_badblock(0, -1ULL), "repaired, but in badblocks");
}

static inline void found(const char *mkfs, const char *opts,
			 void (*find)(uint64_t phys))
{
	struct sigbus got;
	uint64_t phys;
	char *p;
	int fd;

	p = map_new_file(mkfs, opts, &fd);
	phys = addr_of(p + PAGE);
	find(phys);
	EXPECT(!addr_of(p + PAGE), "the bad page is still mapped");
	EXPECT(!in_direct_map(phys), "the bad page is in the direct map");
	got = touch(p + PAGE);
	EXPECT(got.taken, "the bad page can be read");
	EXPECT(got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT(all(p, 'a', PAGE) && all(p + 2 * PAGE, 'a', 2 * PAGE),
	       "the pages beside it have changed");
	expect_repair(fd, p, phys);
}

#endif
