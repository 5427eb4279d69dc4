// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <sys/wait.h>
#include "ram.h"

#define N	200	/* pages, each */

/* All pages at @p fail; returns when nobody is told of an error any more. */
static void lose_all(char *p)
{
	size_t i;

	for (i = 0; i < N; i++)
		hwpoison(p + i * PAGE);
}

/* Pages that nobody has touched yet, so that no other process has them. */
static void lose_anonymous(void)
{
	lose_all(anonymous(N * PAGE));
}

static void lose_pmem(void)
{
	int fd = open("/mnt/f", O_RDWR);

	EXPECT(fd >= 0, "/mnt/f: %m");
	lose_all(map_file(fd, N * PAGE, 0));
}

static pid_t start(void (*fn)(void))
{
	pid_t pid = fork();

	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		fn();
		_exit(0);
	}
	return pid;
}

static void expect_end(pid_t pid)
{
	int status;

	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	expect_child(status);
}

/* A lock less for one kind must not cost the other an update. */
SCENARIO("system RAM and pmem fail at the same time: every page is counted, once",
	 .on = E820)
{
	pid_t one, two, pmem;

	make_fs("mkfs.ext4", "dax");
	close(new_file("/mnt/f", N * PAGE));
	ram_mark();
	one = start(lose_anonymous);
	two = start(lose_anonymous);
	pmem = start(lose_pmem);
	expect_end(one);
	expect_end(two);
	expect_end(pmem);
	expect_counts(3 * N, RECOVERED, 3 * N);
}
