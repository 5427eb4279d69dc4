/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel consumes errors while it reads the buffers of a system call, which
 * are in a mapped DAX file.
 */
#ifndef LAB_USER_BUFFER_H
#define LAB_USER_BUFFER_H

#include <errno.h>
#include <linux/aio_abi.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lab.h"

#define WRITES_MAX	12

static volatile struct sigbus buffer_told;	/* the last, by itself */

static void buffer_signalled(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	buffer_told.code = si->si_code;
	buffer_told.addr = si->si_addr;
	buffer_told.taken = true;
}

/* This process asks to be told of errors as soon as they are found. */
static inline void ask_for_signals(void)
{
	struct sigaction sa = {
		.sa_flags = SA_SIGINFO, .sa_sigaction = buffer_signalled,
	};

	sigaction(SIGBUS, &sa, NULL);
	EXPECT(!prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0),
	       "PR_MCE_KILL: %m");
}

static bool buffer_is_told(void *unused)
{
	(void)unused;
	return buffer_told.taken;
}

/* The address that this process was told of. */
static inline void *wait_for_signal(void)
{
	EXPECT(wait_for(buffer_is_told, NULL, 5000),
	       "no SIGBUS for one that asked for it");
	return buffer_told.addr;
}

/* The next copies from the @n pages @from consume an error, in that order. */
static inline void arm_buffers(char *const *from, unsigned int n)
{
	uint64_t phys[WRITES_MAX];
	unsigned int i;

	for (i = 0; i < n; i++)
		phys[i] = addr_of(from[i]);
	arm_kernel_loads("rep_movs_alternative", phys, n, LINE);
}

/*
 * One system call that goes on after it could not read a buffer: io_submit() of
 * a write of each of the @n pages @from into a pipe, which ends each by itself.
 */
static inline void write_bad_buffers(char *const *from, unsigned int n)
{
	struct iocb one[WRITES_MAX] = { 0 }, *all_of[WRITES_MAX];
	struct io_event end[WRITES_MAX];
	aio_context_t ctx = 0;
	int fds[2], left;
	unsigned int i;

	EXPECT(!pipe(fds), "pipe: %m");
	for (i = 0; i < n; i++) {
		one[i].aio_lio_opcode = IOCB_CMD_PWRITE;
		one[i].aio_fildes = fds[1];
		one[i].aio_buf = (uintptr_t)from[i];
		one[i].aio_nbytes = PAGE;
		all_of[i] = one + i;
	}
	EXPECT(!syscall(SYS_io_setup, n, &ctx), "io_setup: %m");
	arm_buffers(from, n);
	EXPECT(syscall(SYS_io_submit, ctx, n, all_of) == n, "io_submit: %m");
	expect_kernel_load_hit();
	EXPECT(syscall(SYS_io_getevents, ctx, n, n, end, NULL) == n,
	       "io_getevents: %m");
	for (i = 0; i < n; i++)
		EXPECT(end[i].res == -EFAULT, "write: %lld",
		       (long long)end[i].res);
	EXPECT(!ioctl(fds[0], FIONREAD, &left) && !left, "%d bytes in the pipe",
	       left);
}

/* Page @n of the file @fd, mapped at @p, was at @phys and is bad for everybody. */
static inline void expect_refused(int fd, char *p, unsigned int n, uint64_t phys)
{
	static char buf[PAGE];
	struct sigbus got;

	EXPECT(wait_for_badblock((phys - pmem_base()) / SECTOR),
	       "page %u is not in badblocks", n);
	EXPECT(wait_until_confined(phys), "page %u is in the direct map", n);
	got = touch(p + n * PAGE);
	EXPECT(got.taken && got.code == BUS_MCEERR_AR,
	       "page %u can be read: si_code %d", n, got.code);
	memset(buf, 'r', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, n * PAGE) == PAGE, "pwrite: %m");
	EXPECT(!touch(p + n * PAGE).taken && all(p + n * PAGE, 'r', PAGE),
	       "page %u is not repaired", n);
}

/* The second and the third of the 4 pages at @p, once at @phys, are bad. */
static inline void expect_two_refused(int fd, char *p, const uint64_t *phys)
{
	void *told = wait_for_signal();

	EXPECT(told == p + PAGE || told == p + 2 * PAGE, "si_addr %p", told);
	expect_refused(fd, p, 1, phys[0]);
	expect_refused(fd, p, 2, phys[1]);
	EXPECT(all(p, 'a', PAGE) && all(p + 3 * PAGE, 'a', PAGE),
	       "the pages beside them have changed");
}

#endif
