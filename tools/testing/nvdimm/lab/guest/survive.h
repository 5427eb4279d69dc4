/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The process that consumes a bad line is told where it is, by SIGBUS, lives
 * on, and repairs its file with an ordinary write.
 */
#ifndef LAB_SURVIVE_H
#define LAB_SURVIVE_H

#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "lab.h"

static inline void survive(const char *mkfs, const char *opts)
{
	static char buf[PAGE];
	struct sigbus got;
	char *p;
	int fd;

	p = map_new_file(mkfs, opts, &fd);
	got = machine_check_load(p + PAGE + 128, LINE);
	EXPECT(got.taken, "no SIGBUS");
	EXPECT(got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT(got.addr >= (void *)(p + PAGE) && got.addr < (void *)(p + 2 * PAGE),
	       "si_addr %p, not in the page at %p", got.addr, p + PAGE);
	memset(buf, 'r', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, PAGE) == PAGE, "pwrite: %m");
	EXPECT(!touch(p + PAGE).taken, "SIGBUS after the repair");
	EXPECT(all(p + PAGE, 'r', PAGE), "other data came back");
	EXPECT(all(p, 'a', PAGE) && all(p + 2 * PAGE, 'a', 2 * PAGE),
	       "the pages beside it have changed");
}

#endif
