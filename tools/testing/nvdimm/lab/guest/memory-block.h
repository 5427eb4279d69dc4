/* SPDX-License-Identifier: GPL-2.0 */
/* Blocks of ordinary memory: whether they are online, and who gets their pages. */
#ifndef LAB_MEMORY_BLOCK_H
#define LAB_MEMORY_BLOCK_H

#include <string.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab.h"

#define MEMORY_BLOCK	(128UL << 20)	/* of memory that comes and goes */

/* The state of the block of memory that has @phys: "online_movable", "offline". */
static inline int try_memory_state(uint64_t phys, const char *state)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/devices/system/memory/memory%llu/state",
		 (unsigned long long)(phys / MEMORY_BLOCK));
	return write_text(path, state);
}

static inline void set_memory_state(uint64_t phys, const char *state)
{
	int rc = try_memory_state(phys, state);

	EXPECT(!rc, "%s: %s", state, strerror(-rc));
}

/* Bytes from @from to @to that are among the 2 MiB at @p. */
static inline uint64_t bytes_of(const char *p, uint64_t from, uint64_t to)
{
	uint64_t bytes = 0, phys;
	size_t at;

	for (at = 0; at < PMD; at += 16 * PAGE) {
		phys = addr_of(p + at);
		if (phys >= from && phys < to)
			bytes += 16 * PAGE;
	}
	return bytes;
}

/* Take all memory there is: the block of @bad is among it, its page is not. */
static inline void take_all_but(uint64_t bad)
{
	uint64_t from = bad & -MEMORY_BLOCK, bytes = 0;

	while (available_memory() > 64UL << 20) {
		char *p = mmap(NULL, PMD, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		EXPECT(p != MAP_FAILED, "mmap: %m");
		EXPECT(!maps_page(p, PMD, bad), "the bad page is handed out");
		bytes += bytes_of(p, from, from + MEMORY_BLOCK);
	}
	EXPECT(bytes >= MEMORY_BLOCK / 2, "only %llu MiB of its block are used",
	       (unsigned long long)bytes >> 20);
}

/* By a process that gives it back; @bad is an address in the page. */
static inline void expect_kept_out(uint64_t bad)
{
	pid_t pid = fork();
	int status;

	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		take_all_but(bad & -PAGE);
		_exit(0);
	}
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	expect_child(status);
}

#endif
