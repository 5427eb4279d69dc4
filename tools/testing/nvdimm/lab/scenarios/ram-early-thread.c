// SPDX-License-Identifier: GPL-2.0
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "ram.h"

static pid_t signalled_thread, asking_thread;

static void on_signal(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	if (si->si_code == BUS_MCEERR_AO)
		signalled_thread = syscall(SYS_gettid);
}

static void *ask(void *unused)
{
	if (prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0))
		return unused;
	__atomic_store_n(&asking_thread, syscall(SYS_gettid), __ATOMIC_RELEASE);
	for (;;)
		pause();
}

static bool has_asked(void *unused)
{
	(void)unused;
	return __atomic_load_n(&asking_thread, __ATOMIC_ACQUIRE);
}

static bool is_signalled(void *unused)
{
	(void)unused;
	return __atomic_load_n(&signalled_thread, __ATOMIC_ACQUIRE);
}

/* PR_MCE_KILL is of a thread: one of many can be there for it. */
SCENARIO("system RAM: of a process with many threads the one that asked is told",
	 .on = E820)
{
	struct sigaction sa = {
		.sa_flags = SA_SIGINFO, .sa_sigaction = on_signal,
	};
	char *p = anonymous(4 * PAGE);
	uint64_t phys = addr_of(p + PAGE);
	pthread_t thread;

	sigaction(SIGBUS, &sa, NULL);
	EXPECT(!pthread_create(&thread, NULL, ask, NULL), "pthread_create");
	EXPECT(wait_for(has_asked, NULL, 5000), "the thread does not ask: %m");
	ram_mark();
	machine_check_scrub(phys, LINE);
	expect_action(phys, "dirty LRU page", RECOVERED);
	EXPECT(wait_for(is_signalled, NULL, 5000), "no early signal");
	EXPECT(signalled_thread == asking_thread, "thread %d is told, not %d",
	       signalled_thread, asking_thread);
	expect_gone(p + PAGE);
}
