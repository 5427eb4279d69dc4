// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <sys/wait.h>
#include "ram.h"

static int touch_in_child(const char *p)
{
	pid_t pid = fork();
	int status;

	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		signal(SIGBUS, SIG_DFL);
		_exit(*(volatile const char *)p != letter(0));
	}
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	return status;
}

/* It inherits the loss from its parent, as it would have the page. */
SCENARIO("system RAM: a new child that touches the bad page is killed, its parent not",
	 .on = E820)
{
	char *p = anonymous(2 * PAGE);
	uint64_t phys = addr_of(p + PAGE);
	int status;

	ram_mark();
	expect_rc(corrupt(phys), 0, "corrupt");
	expect_action(phys, "dirty LRU page", RECOVERED);
	status = touch_in_child(p + PAGE);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS,
	       "the child ends with %#x", status);
	status = touch_in_child(p);
	EXPECT(!status, "who touches another page ends with %#x", status);
	expect_gone(p + PAGE);
	expect_letters(p, 2 * PAGE, 1);
	expect_counts(1, RECOVERED, 1);
}
