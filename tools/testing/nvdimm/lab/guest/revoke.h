/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What it costs to take a mapped file away, beside munmap() of as much.
 *
 * The memory is removed three times: with a file mapped and touched; with one
 * that was, and was unmapped before, so that the filesystem still knows every
 * page; and with one that nobody has touched.  The first difference is the
 * price of the mapping, the second that of the filesystem's entries.
 */
#ifndef LAB_REVOKE_H
#define LAB_REVOKE_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab.h"
#include "removal.h"

#define KIB		1024UL
#define MIB		(1024 * KIB)
#define GIB		(1024 * MIB)

enum use { MAPPED, UNMAPPED, UNTOUCHED, USES };

struct cost {
	int64_t instructions, us;
};

/* What the user of the file tells. */
static struct {
	struct cost munmap;
	unsigned int signals;
} *told;

static struct {
	size_t len, entry;	/* bytes; of one page table entry */
	enum use use;
} how;

static unsigned int others;		/* processes, which do nothing */
static pid_t other[2000];

static inline void set_others(unsigned int n)
{
	for (; others > n; others--) {
		kill(other[others - 1], SIGKILL);
		waitpid(other[others - 1], NULL, 0);
	}
	for (; others < n; others++) {
		pid_t pid = fork();

		EXPECT(pid >= 0, "fork %u: %m", others);
		if (!pid)
			for (;;)
				pause();
		other[others] = pid;
	}
}

static inline void count_signal(int sig)
{
	(void)sig;
	told->signals++;
}

/* An address that a 2 MiB entry can map, or one that it cannot. */
static inline volatile char *map_all(int fd)
{
	char *at = (char *)0x200000000000UL + (how.entry == PAGE ? PAGE : 0);
	volatile char *p = mmap(at, how.len, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_FIXED, fd, 0);
	size_t i;

	EXPECT(p == at, "mmap: %m");
	for (i = 0; i < how.len; i += how.entry)
		(void)p[i];
	EXPECT(addr_of(at + how.len - PAGE), "not mapped by 2 MiB");
	return p;
}

static inline void unmap_all_of(volatile char *p)
{
	uint64_t us = host_us(), start = instructions();

	EXPECT(!munmap((void *)p, how.len), "munmap: %m");
	told->munmap.instructions = instructions() - start;
	told->munmap.us = host_us() - us;
}

static inline void use_file(void)
{
	int fd = open("/mnt/f", O_RDWR);
	volatile char *p = NULL;

	signal(SIGBUS, count_signal);
	if (how.use != UNTOUCHED)
		p = map_all(fd);
	if (how.use == UNMAPPED)
		unmap_all_of(p);
	put(from_heir[1]);
	get(to_heir[0]);
}

static inline struct cost remove_memory(void)
{
	uint64_t us = host_us(), start = instructions_of_all();

	unbind_pmem();
	start = instructions_of_all() - start;
	return (struct cost){ start, host_us() - us };
}

/* The file is one extent, in the first and by far the larger group. */
static inline void make_file(void)
{
	char mkfs[100];

	snprintf(mkfs, sizeof(mkfs), "mkfs.xfs -m rmapbt=1 -l agnum=1 "
		 "-d su=2m,sw=1,agsize=%zum", pmem_size() / MIB - 256);
	make_fs(mkfs, "dax=always");
	EXPECT(!sh("xfs_io -c 'extsize 2m' /mnt"), "extsize");
	close(new_file("/mnt/f", how.len));
}

/* What a removal costs, with a file in @use. */
static inline struct cost cost_of_removal(enum use use, unsigned int *lines)
{
	struct cost cost;
	uint64_t seq;
	pid_t user;

	how.use = use;
	make_file();
	told->signals = 0;
	EXPECT(!pipe(to_heir) && !pipe(from_heir), "pipe: %m");
	user = start(use_file);
	close(from_heir[1]);	/* or its end would not be seen */
	get(from_heir[0]);
	seq = kmsg_seq();
	cost = remove_memory();
	*lines = kmsg_seq() - seq - 1;
	put(to_heir[1]);
	join(user);
	close(from_heir[0]);
	close(to_heir[0]);
	close(to_heir[1]);
	EXPECT(!umount("/mnt"), "umount: %m");
	bind_pmem();
	return cost;
}

/*
 * Tell the host (revoke.py) of @len bytes in entries of @entry bytes, beside @n
 * other processes.  Returns what the mapping cost.
 */
static inline int64_t measure_revoking(size_t len, size_t entry, unsigned int n)
{
	unsigned int lines[USES];
	struct cost cost[USES];
	int64_t mapping, entries;
	int use;

	set_others(n);
	how.len = len;
	how.entry = entry;
	for (use = USES - 1; use >= 0; use--)
		cost[use] = cost_of_removal(use, &lines[use]);
	mapping = cost[MAPPED].instructions - cost[UNMAPPED].instructions;
	entries = cost[UNMAPPED].instructions - cost[UNTOUCHED].instructions;
	note("revoke %zu %zu %u %jd %jd %ju %ju %jd %u %d %ju", len, entry, n,
	     mapping, cost[MAPPED].us,
	     told->munmap.instructions, told->munmap.us, entries, told->signals,
	     (int)(lines[MAPPED] - lines[UNMAPPED]),
	     cost[UNTOUCHED].instructions);
	return mapping;
}

static inline void start_revoking(void)
{
	told = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT(told != MAP_FAILED, "mmap: %m");
}

#endif
