// SPDX-License-Identifier: GPL-2.0
#include "hwpoison.h"
#include "kvm.h"

/* As when the VMM's thread has consumed the error, in the guest or for it. */
SCENARIO("KVM on device-dax: the VMM's SIGBUS gives the guest page, not its 2 MiB",
	 .audit = "B13a", .on = AMD,
	 .stock = "fails: MADV_HWPOISON: si_addr")
{
	struct sigbus got;
	struct vm vm;
	int fd;

	vm = new_vm_on_dax(PMD, &fd);
	expect_guest_walks(&vm, NO_PAGE, "before");
	got = hwpoison(vm.ram + BAD_PAGE);
	expect_names(got, vm.ram + BAD_PAGE, "MADV_HWPOISON");
	expect_guest_walks(&vm, BAD_PAGE, "the guest");
	expect_repaired_for_guest(&vm, fd);
}
