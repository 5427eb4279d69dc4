/* SPDX-License-Identifier: GPL-2.0 */
/* Does the machine answer?  A process that starts programs, and times them. */
#ifndef LAB_WATCH_H
#define LAB_WATCH_H

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "lab.h"

static uint64_t *watch_longest;		/* milliseconds; the watcher writes it */
static pid_t watcher;

static inline uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

static inline void run_true(void)
{
	int status = -1;
	pid_t pid = vfork();

	if (!pid) {
		execl("/bin/true", "true", NULL);
		_exit(127);
	}
	EXPECT(waitpid(pid, &status, 0) == pid && !status, "/bin/true: %m");
}

static inline void watch(void)
{
	for (;;) {
		uint64_t from = now_ms(), took;

		run_true();
		took = now_ms() - from;
		if (took > *watch_longest)
			*watch_longest = took;
		usleep(20000);	/* or every shootdown waits for this one */
	}
}

static inline void start_watch(void)
{
	watch_longest = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT(watch_longest != MAP_FAILED, "mmap: %m");
	run_true();
	watcher = fork();
	EXPECT(watcher >= 0, "fork: %m");
	if (!watcher)
		watch();
}

/* Every program has come to an end within a second. */
static inline void expect_answers(void)
{
	kill(watcher, SIGKILL);
	waitpid(watcher, NULL, 0);
	note("a program takes %llu ms at most",
	     (unsigned long long)*watch_longest);
	EXPECT(*watch_longest < 1000, "a program takes %llu ms",
	       (unsigned long long)*watch_longest);
}

#endif
