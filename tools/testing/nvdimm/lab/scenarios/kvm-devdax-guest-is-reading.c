// SPDX-License-Identifier: GPL-2.0
#include "kvm.h"

static void give_up(int sig)
{
	(void)sig;
	fail("the guest goes on reading the bad page");
}

/* The guest makes no exit by itself: KVM has to take the page away from it. */
SCENARIO("KVM on device-dax: a guest that is reading a page when it goes bad gets SIGBUS",
	 .audit = "B13c", .on = AMD,
	 .stock = "fails: the guest goes on reading the bad page")
{
	int fd, status;
	struct vm vm;
	pid_t pid;

	vm = new_vm_on_dax(PMD, &fd);
	vm_start(&vm, guest_spin, BAD_PAGE);
	expect_guest_reads(&vm, BAD_PAGE, "before");
	pid = fork();
	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		sleep(1);	/* the guest is running by then */
		find_bad_line(dax_base() + BAD_LINE);
		_exit(0);
	}
	signal(SIGALRM, give_up);
	alarm(30);
	expect_bad_for_guest(&vm, BAD_PAGE, "while it reads");
	alarm(0);
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	expect_child(status);
	expect_guest_walks(&vm, BAD_PAGE, "the guest");
}
