// SPDX-License-Identifier: GPL-2.0
#include <sys/prctl.h>
#include "kvm.h"

static void find(void *phys)
{
	find_bad_line(*(uint64_t *)phys);
	sleep(1);	/* a late signal */
}

/* QEMU asks for it, so that a guest can be told before it consumes the error. */
SCENARIO("KVM on device-dax: an early signal gives the VMM the guest page",
	 .audit = "B13a", .on = AMD, .stock = "fails: early: si_addr")
{
	struct sigbus got;
	uint64_t phys;
	struct vm vm;
	int fd;

	vm = new_vm_on_dax(PMD, &fd);
	expect_guest_walks(&vm, NO_PAGE, "before");
	phys = dax_base() + BAD_LINE;
	EXPECT(!prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0),
	       "PR_MCE_KILL: %m");
	got = catch_sigbus(find, &phys);
	EXPECT(got.taken, "no early signal");
	EXPECT(got.code == BUS_MCEERR_AO, "early: si_code %d", got.code);
	EXPECT(got.addr == vm.ram + BAD_PAGE, "early: si_addr %p, not %p", got.addr,
	       vm.ram + BAD_PAGE);
	EXPECT(got.lsb == 12, "early: si_addr_lsb %d", got.lsb);
	expect_guest_walks(&vm, BAD_PAGE, "the guest");
	expect_repaired_for_guest(&vm, fd);
}
