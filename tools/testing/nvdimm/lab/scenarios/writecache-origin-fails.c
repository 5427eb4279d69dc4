// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <sys/wait.h>
#define WC	"/dev/dm-1"
#define ORIGIN	"/dev/dm-0"
#include "writecache.h"

static bool has_ended(void *pid)
{
	return waitpid(*(pid_t *)pid, NULL, WNOHANG) > 0;
}

/* Large bios: those who wait look at what is in flight in the middle of one. */
SCENARIO("writeback of dm-writecache fails, and nobody waits for ever",
	 .on = NFIT | E820)
{
	unsigned int n;
	pid_t pid;

	EXPECT(!sh("dmsetup create --noudevsync origin --table '0 %lu error'",
		   ORIGIN_SECTORS), "dmsetup create: error");
	new_partition(1);
	forget_cache();
	activate();
	for (n = 0; n < 900; n++)
		expect_write(n, 'a');
	pid = fork();
	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		write_back();
		_exit(0);
	}
	EXPECT(wait_for(has_ended, &pid, 20000), "the message does not return");
	EXPECT(write_block(1, 'x') == -EIO, "a block can be written");
	deactivate();
}
