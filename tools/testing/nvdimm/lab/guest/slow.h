/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A system call that waits in the middle of a copy: its buffer is a page of a
 * block device that does not answer until it is told to.
 */
#ifndef LAB_SLOW_H
#define LAB_SLOW_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab.h"

struct slow_call {
	pid_t pid;
	char *buf;		/* one page */
	struct slow_result {
		ssize_t done;	/* or -errno */
	} *result;
};

static inline char *slow_page(void)
{
	char *p;
	int fd;

	EXPECT(!sh("dmsetup create --noudevsync slow --table '0 4096 linear /dev/ram0 0'"),
	       "dmsetup create");
	fd = open("/dev/dm-0", O_RDWR);
	EXPECT(fd >= 0, "/dev/dm-0: %m");
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	EXPECT(p != MAP_FAILED, "mmap: %m");
	EXPECT(!sh("dmsetup suspend --noudevsync --noflush --nolockfs slow"),
	       "dmsetup suspend");
	return p;
}

static bool slow_call_waits(void *call)
{
	pid_t pid = ((struct slow_call *)call)->pid;
	char path[40], text[400] = "", *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	read_text(path, text, sizeof(text));
	state = strrchr(text, ')');
	return state && state[2] == 'D';
}

/* @call, pread() or pwrite(), of page @n of a file; it waits. */
static inline struct slow_call slow_call(ssize_t (*call)(int fd, char *buf, off_t at),
					 int fd, off_t at)
{
	struct slow_call c = { .buf = slow_page() };

	c.result = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT(c.result != MAP_FAILED, "mmap: %m");
	c.pid = fork();
	EXPECT(c.pid >= 0, "fork: %m");
	if (!c.pid) {
		ssize_t n = call(fd, c.buf, at);

		c.result->done = n < 0 ? -errno : n;
		_exit(0);
	}
	EXPECT(wait_for(slow_call_waits, &c, 5000), "it does not wait");
	return c;
}

/* Its buffer is there, and it goes on; what it returns. */
static inline ssize_t slow_end(struct slow_call *c)
{
	int status;

	EXPECT(!sh("dmsetup resume --noudevsync slow"), "dmsetup resume");
	EXPECT(waitpid(c->pid, &status, 0) == c->pid, "waitpid: %m");
	expect_child(status);
	return c->result->done;
}

#endif
