// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab.h"

static volatile unsigned int told;	/* signals that came by themselves */
static volatile int told_code;
static void *volatile told_addr;

static void on_notice(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	told++;
	told_code = si->si_code;
	told_addr = si->si_addr;
}

static void expect_refused(char *p, struct sigbus got, const char *who)
{
	EXPECT(got.taken, "%s: no SIGBUS", who);
	EXPECT(got.code == BUS_MCEERR_AR, "%s: si_code %d", who, got.code);
	EXPECT(got.addr == p, "%s: si_addr %p, not %p", who, got.addr, p);
	EXPECT(got.lsb == 12, "%s: si_addr_lsb %d", who, got.lsb);
	EXPECT(!touch(p - PAGE).taken && !touch(p + PAGE).taken,
	       "%s: SIGBUS in a page beside it", who);
}

static void consume_in_child(char *p)
{
	pid_t pid = fork();
	int status;

	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		EXPECT(!touch(p).taken, "SIGBUS");
		expect_refused(p, machine_check_load(p, LINE), "the child");
		_exit(0);
	}
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	expect_child(status);
}

/* Both have the page at @p mapped; @early: the parent has asked for a signal. */
static void consume(char *p, bool early)
{
	struct sigaction sa = {
		.sa_flags = SA_SIGINFO | SA_RESTART,
		.sa_sigaction = on_notice,
	};

	told = 0;
	sigaction(SIGBUS, &sa, NULL);
	EXPECT(!prctl(PR_MCE_KILL, PR_MCE_KILL_SET, early ? PR_MCE_KILL_EARLY :
		      PR_MCE_KILL_LATE, 0, 0), "PR_MCE_KILL: %m");
	EXPECT(!touch(p).taken, "SIGBUS");
	consume_in_child(p);
	EXPECT(told == early, "the parent: %u signals", told);
	EXPECT(!early || (told_code == BUS_MCEERR_AO && told_addr == p),
	       "the parent: si_code %d, si_addr %p", told_code, told_addr);
	EXPECT(!addr_of(p), "the parent has the bad page mapped");
	expect_refused(p, touch(p), "the parent");
}

/* By 2 MiB, and by 4 KiB. */
SCENARIO("the parent of a child that consumes a bad line loses the page, too",
	 .audit = "B11", .on = NFIT | E820,
	 .stock = "fails: the child: si_addr_lsb 21",
	 .stock_e820 = "fails: the parent: no SIGBUS")
{
	char *p;
	int fd;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	consume(p + PAGE, false);
	munmap(p, 4 * PAGE);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
	p = map_file(new_file_of_2m_blocks("/mnt/f"), PMD, 0);
	EXPECT(addr_of(p + PMD - PAGE), "not mapped by 2 MiB");
	consume(p + 5 * PAGE, false);
	EXPECT(!touch(p + 500 * PAGE).taken, "SIGBUS in a page far away");
	consume(p + 400 * PAGE, true);
}
