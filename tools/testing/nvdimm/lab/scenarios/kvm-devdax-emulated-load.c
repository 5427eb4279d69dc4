// SPDX-License-Identifier: GPL-2.0
#include "kvm.h"

/*
 * KVM runs "outs" itself, and reads the guest's memory like any user memory.
 * What it cannot read it asks the VMM for, which gets SIGBUS when it looks.
 */
SCENARIO("KVM on device-dax: KVM itself does not read a bad page for its guest",
	 .audit = "B13e", .on = AMD, .stock = "fails: KVM reads the bad page")
{
	struct sigbus got;
	struct vm vm;
	int fd;

	vm = new_vm_on_dax(PMD, &fd);
	vm_start(&vm, guest_outs, BAD_PAGE);
	expect_guest_reads(&vm, BAD_PAGE, "before");
	find_bad_line(dax_base() + BAD_LINE);
	vm_start(&vm, guest_outs, BAD_PAGE);
	got = vm_run(&vm);
	EXPECT(!got.taken, "SIGBUS for KVM's own access");
	EXPECT(vm.run->exit_reason != KVM_EXIT_IO, "KVM reads the bad page");
	EQUAL("exit reason", vm.run->exit_reason, KVM_EXIT_MMIO);
	EQUAL("guest address", vm.run->mmio.phys_addr, GUEST_RAM + BAD_PAGE);
	got = touch(vm.ram + BAD_PAGE);
	EXPECT(got.taken, "the VMM reads the bad page");
	expect_names(got, vm.ram + BAD_PAGE, "the VMM");
}
