/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scrubber finds one page after the other bad in a file of DAX, while another
 * process writes all of it, again and again, from memory of the kernel: nothing
 * catches a fault of such a copy, when the page leaves the direct map under it.
 */
#ifndef LAB_RACE_H
#define LAB_RACE_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab.h"

#define RACE_PAGES	64U
#define RACE_LEN	(RACE_PAGES * PAGE)
#define RACE_ROUNDS	150

struct race {
	volatile bool over;
	volatile unsigned int works;	/* how often it has been done */
	volatile unsigned int page;	/* the one that is bad next */
	char why[200];			/* it does not go on */
};

static struct race *race_now;
static char race_data[RACE_LEN] __attribute__((aligned(PAGE)));

/* That process does not fail by itself: this one may wait for the host. */
#define RACE_EXPECT(cond, fmt, ...)					\
	do {								\
		if (!(cond)) {						\
			snprintf(race_now->why, sizeof(race_now->why),	\
				 fmt, ##__VA_ARGS__);			\
			_exit(1);					\
		}							\
	} while (0)

/* Of one system call that writes: an error of the memory is no surprise. */
static inline void race_expect(ssize_t done, const char *what)
{
	RACE_EXPECT(done > 0 || (done < 0 && errno == EIO), "%s: %zd, %m",
		    what, done);
}

static bool race_has_begun(void *unused)
{
	(void)unused;
	return race_now->works || race_now->why[0];
}

/* How many machine checks the cpus have begun to handle. */
static unsigned int race_checks(void)
{
	static char text[4 * PAGE];
	unsigned int one, sum = 0;
	char *at;
	int n;

	EXPECT(read_text("/proc/interrupts", text, sizeof(text)) > 0 &&
	       (at = strstr(text, "MCE:")), "/proc/interrupts has no MCE");
	for (at += 4; sscanf(at, " %u%n", &one, &n) == 1; at += n)
		sum += one;
	return sum;
}

static bool race_is_hit(void *before)
{
	return race_checks() >= *(unsigned int *)before +
				sysconf(_SC_NPROCESSORS_ONLN);
}

/*
 * Whoever has run on all cpus has seen all of them leave their handlers: one that
 * is in there takes no other machine check.
 */
static inline void race_run_everywhere(void)
{
	cpu_set_t before, one;
	int cpu;

	EXPECT(!sched_getaffinity(0, sizeof(before), &before), "affinity: %m");
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (CPU_ISSET(cpu, &before))
			EXPECT(!sched_setaffinity(0, sizeof(one), &one),
			       "affinity: %m");
	}
	sched_setaffinity(0, sizeof(before), &before);
}

static inline void race_harm(uint64_t phys)
{
	unsigned int before = race_checks();

	machine_check_scrub_async(phys, LINE);
	EXPECT(wait_for(race_is_hit, &before, 5000), "no machine check");
	race_run_everywhere();
}

static inline void race_expect_good(int fd)
{
	static char buf[RACE_LEN];

	memset(buf, 'e', RACE_LEN);
	EXPECT(pwrite(fd, buf, RACE_LEN, 0) == RACE_LEN, "pwrite: %m");
	EXPECT(!has_badblock(0, -1ULL), "written, but in badblocks");
	memset(buf, 0, RACE_LEN);
	EXPECT(pread(fd, buf, RACE_LEN, 0) == RACE_LEN, "pread: %m");
	EXPECT(all(buf, 'e', RACE_LEN), "other data came back");
}

static inline int race_new_file(void)
{
	make_fs("mkfs.xfs -m rmapbt=1", "dax=always");
	return new_file("/mnt/f", RACE_LEN);
}

/*
 * @work in a process of its own, over and over, against machine checks; after
 * each of them, @repair by this process, when there is one.
 */
static inline void race(int fd, void (*work)(int fd),
			void (*repair)(int fd, unsigned int page))
{
	int i, status;
	pid_t pid;

	memset(race_data, 'w', RACE_LEN);
	race_now = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT(race_now != MAP_FAILED, "mmap: %m");
	pid = fork();
	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		for (; !race_now->over; race_now->works++)
			work(fd);
		_exit(0);
	}
	EXPECT(wait_for(race_has_begun, NULL, 10000), "the other does nothing");
	for (i = 0; i < RACE_ROUNDS && !race_now->why[0]; i++) {
		race_harm(block_addr(fd, race_now->page * PAGE));
		if (repair)
			repair(fd, race_now->page);
		race_now->page = rand() % RACE_PAGES;
	}
	race_now->over = true;
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	EXPECT(!race_now->why[0], "%s", race_now->why);
	expect_child(status);
	note("%u of the other's calls against %u errors", race_now->works,
	     RACE_ROUNDS);
	race_expect_good(fd);
}

#endif
