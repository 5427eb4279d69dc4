// SPDX-License-Identifier: GPL-2.0
#include <sys/ptrace.h>
#include "devdax.h"

static char *traced;

static long peek(pid_t pid, size_t at)
{
	errno = 0;
	return ptrace(PTRACE_PEEKDATA, pid, traced + at, NULL);
}

static long poke(pid_t pid, size_t at)
{
	errno = 0;
	return ptrace(PTRACE_POKEDATA, pid, traced + at, 0x1234);
}

/* A debugger looks at a process that maps the device. */
SCENARIO("device-dax: ptrace of a bad page gets an error",
	 .audit = "C12", .on = NFIT | E820,
	 .stock = "oopses in __access_remote_vm")
{
	int fd, status;
	pid_t pid;

	traced = new_dax_with_bad_line(PMD, &fd);
	pid = fork();
	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(0);
	}
	EXPECT(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status),
	       "waitpid: %m");
	EXPECT(peek(pid, BAD_PAGE + 128) == -1 && errno, "PTRACE_PEEKDATA");
	EXPECT(poke(pid, BAD_PAGE + 128) == -1 && errno, "PTRACE_POKEDATA");
	EXPECT(peek(pid, BAD_PAGE - 8) == 0x6161616161616161, "good page: %m");
	EXPECT(!poke(pid, BAD_PAGE + PAGE), "good page: %m");
	EXPECT(*(long *)(traced + BAD_PAGE + PAGE) == 0x1234, "other data");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}
