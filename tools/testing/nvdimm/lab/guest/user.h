/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes beside the scenario's own that map a file, and what comes to them.
 * They inherit the mappings of the scenario's process, and end with it.
 */
#ifndef LAB_USER_H
#define LAB_USER_H

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "lab.h"

enum {
	EARLY = 1,	/* asks for early signals (PR_MCE_KILL_EARLY) */
	SMALL = 2,	/* at an address that no 2 MiB entry can map */
	COPIED = 4,	/* private, and every page written */
	UNTOUCHED = 8,	/* touches nothing by itself */
	LATE = 16,	/* wants no early signals, whatever the default is */
};

struct user {
	char *map;
	volatile unsigned int signals;	/* SIGBUS that came by itself */
	volatile struct sigbus last;	/* of those */
	enum { IDLE, TOUCH, LOOK } order;
	const char *at;
	struct sigbus touched;
	uint64_t phys;
};

static struct user *user_self;

static void user_signalled(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	user_self->last.taken = true;
	user_self->last.code = si->si_code;
	user_self->last.addr = si->si_addr;
	user_self->last.lsb = si->si_addr_lsb;
	user_self->signals++;
}

static void user_map(struct user *u, const char *path, size_t len, int how)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char *want = (char *)0x300000000000UL + (how & SMALL ? PAGE : 0);
	volatile char *p;
	size_t i;

	p = mmap(want, len, PROT_READ | PROT_WRITE, MAP_FIXED_NOREPLACE |
		 (how & COPIED ? MAP_PRIVATE : MAP_SHARED), fd, 0);
	EXPECT(p == want, "mmap of %s: %m", path);
	for (i = 0; i < len && !(how & UNTOUCHED); i += PAGE) {
		char c = p[i];

		if (how & COPIED)
			p[i] = c;
	}
	u->map = want;
}

_Noreturn static void user_obey(struct user *u)
{
	for (;;) {
		switch (__atomic_load_n(&u->order, __ATOMIC_ACQUIRE)) {
		case TOUCH:
			u->touched = touch(u->at);
			break;
		case LOOK:
			u->phys = addr_of(u->at);
			break;
		case IDLE:
			usleep(1000);
			continue;
		}
		__atomic_store_n(&u->order, IDLE, __ATOMIC_RELEASE);
	}
}

static bool user_is_idle(void *u)
{
	return __atomic_load_n(&((struct user *)u)->order,
			       __ATOMIC_ACQUIRE) == IDLE;
}

static inline void user_does(struct user *u, int order, const void *at)
{
	u->at = at;
	__atomic_store_n(&u->order, order, __ATOMIC_RELEASE);
	EXPECT(wait_for(user_is_idle, u, 10000), "a process does not answer");
}

/* It maps the file @path, or nothing when that is NULL. */
static inline struct user *new_user(const char *path, size_t len, int how)
{
	struct sigaction sa = {
		.sa_flags = SA_SIGINFO, .sa_sigaction = user_signalled,
	};
	struct user *u = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	EXPECT(u != MAP_FAILED, "mmap: %m");
	u->order = LOOK;
	u->at = "";
	pid = fork();
	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		user_self = u;
		sigaction(SIGBUS, &sa, NULL);
		EXPECT(!prctl(PR_MCE_KILL, PR_MCE_KILL_SET, how & EARLY ?
			      PR_MCE_KILL_EARLY : how & LATE ? PR_MCE_KILL_LATE :
			      PR_MCE_KILL_DEFAULT, 0, 0),
		       "PR_MCE_KILL: %m");
		if (path)
			user_map(u, path, len, how);
		user_obey(u);
	}
	EXPECT(wait_for(user_is_idle, u, 10000), "a process does not answer");
	return u;
}

/* What user @u finds at @p, an address of its own. */
static inline struct sigbus user_touch(struct user *u, const void *p)
{
	user_does(u, TOUCH, p);
	return u->touched;
}

static inline uint64_t user_addr_of(struct user *u, const void *p)
{
	user_does(u, LOOK, p);
	return u->phys;
}

static bool user_is_signalled(void *u)
{
	return ((struct user *)u)->signals;
}

/* It was told, by itself, of the page at @p and of nothing else. */
static inline void expect_early(struct user *u, const void *p)
{
	EXPECT(wait_for(user_is_signalled, u, 5000), "no early signal");
	EXPECT(u->last.code == BUS_MCEERR_AO, "early: si_code %d", u->last.code);
	EXPECT(u->last.addr == p, "early: si_addr %p, not %p", u->last.addr, p);
	EXPECT(u->last.lsb == 12, "early: si_addr_lsb %d", u->last.lsb);
	EXPECT(u->signals == 1, "early: %u signals", u->signals);
}

/* The page at @p is bad: gone, and refused, but none beside it. */
static inline void expect_lost(struct user *u, const char *p, const char *who)
{
	struct sigbus got;

	EXPECT(!user_addr_of(u, p), "%s: the bad page is still mapped", who);
	got = user_touch(u, p);
	EXPECT(got.taken, "%s: the bad page can be read", who);
	EXPECT(got.code == BUS_MCEERR_AR, "%s: si_code %d", who, got.code);
	EXPECT(!user_touch(u, p - PAGE).taken && !user_touch(u, p + PAGE).taken,
	       "%s: SIGBUS in a page beside it", who);
}

#endif
