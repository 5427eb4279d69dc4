// SPDX-License-Identifier: GPL-2.0
#include "removal.h"

static volatile sig_atomic_t code;
static void *volatile at;

static void told(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	code = si->si_code;
	at = si->si_addr;
}

/* It does not use the memory at that moment, so it may go on, or block the signal. */
SCENARIO("who removes the memory, and has it mapped, is told like all others",
	 .audit = "B5", .on = NFIT, .stock = "fails: no signal or oopses in dax_disassociate_entry")
{
	struct sigaction sa = { .sa_sigaction = told, .sa_flags = SA_SIGINFO };
	int fd;
	char *p = map_new_file("mkfs.ext4", "dax", &fd);

	EXPECT(!touch(p).taken, "SIGBUS before the removal");
	EXPECT(!sigaction(SIGBUS, &sa, NULL), "sigaction: %m");
	unbind_pmem();
	EXPECT(code, "no signal");
	EXPECT(code == BUS_MCEERR_AO, "si_code is %d", (int)code);
	EXPECT(at == p, "si_addr is %p, not %p", at, (void *)p);
	EXPECT(touch(p).taken, "still mapped");
}
