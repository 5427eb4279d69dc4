/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The process consumes a bad line of a mapped file: it is told of the very page, does
 * not get that page again, has all others, and repairs it when the file can be written.
 */
#ifndef LAB_LOST_AND_REPAIRED_H
#define LAB_LOST_AND_REPAIRED_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lab.h"

#define LOST	(PAGE + 2 * SECTOR)	/* the bad line, in the file */

static inline void expect_in_pmem(const void *p)
{
	uint64_t phys = addr_of(p);

	EXPECT(phys >= pmem_base() && phys < pmem_base() + pmem_size(),
	       "the file has no DAX");
}

/* The second of 4 pages of 'a', mapped at @p, is lost. */
static inline void lose_page(int fd, const char *p)
{
	static char buf[PAGE];
	struct sigbus got;

	EXPECT(!touch(p + PAGE).taken, "SIGBUS before the error");
	expect_in_pmem(p + PAGE);
	got = machine_check_load(p + LOST, LINE);
	EXPECT(got.taken, "no SIGBUS");
	EXPECT(got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT((uintptr_t)got.addr / PAGE == (uintptr_t)p / PAGE + 1,
	       "si_addr %p, not in the page at %p", got.addr, p + PAGE);
	EXPECT(got.lsb == 12, "si_addr_lsb %d", got.lsb);
	EXPECT(all(p, 'a', PAGE) && all(p + 2 * PAGE, 'a', 2 * PAGE),
	       "the pages beside it have changed");
	got = touch(p + PAGE);
	EXPECT(got.taken, "the bad page can be read again");
	EXPECT(got.code == BUS_MCEERR_AR, "again: si_code %d", got.code);
	EXPECT(pread(fd, buf, PAGE, 2 * PAGE) == PAGE, "pread beside it: %m");
	EXPECT(pread(fd, buf, SECTOR, LOST) < 0, "the bad sector can be read");
	EXPECT(errno == EIO, "pread of the bad sector: %m");
}

static inline void repair_page(int fd, char *p)
{
	static char buf[PAGE];
	uint64_t phys;

	memset(buf, 'r', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, PAGE) == PAGE, "pwrite: %m");
	EXPECT(!fsync(fd), "fsync: %m");
	EXPECT(!touch(p + PAGE).taken, "SIGBUS after the repair");
	EXPECT(all(p + PAGE, 'r', PAGE), "other data came back");
	EXPECT(all(p, 'a', PAGE) && all(p + 2 * PAGE, 'a', 2 * PAGE),
	       "the pages beside it have changed");
	EXPECT(!has_badblock(0, -1ULL), "repaired, but in badblocks");
	phys = addr_of(p + PAGE);
	EXPECT(in_direct_map(phys), "repaired, but not in the direct map");
}

static inline void lose_and_repair(const char *path)
{
	int fd = new_file(path, 4 * PAGE);
	char *p = map_file(fd, 4 * PAGE, 0);

	lose_page(fd, p);
	repair_page(fd, p);
}

#endif
