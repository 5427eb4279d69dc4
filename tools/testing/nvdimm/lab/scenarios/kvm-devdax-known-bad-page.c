// SPDX-License-Identifier: GPL-2.0
#include "kvm.h"

/* The machine starts on memory that the firmware's scrub has found to be bad. */
SCENARIO("KVM on device-dax: a page that is known to be bad never gets to a guest",
	 .audit = "B13c", .on = AMD,
	 .stock = "fails: the guest: the guest reads the bad page")
{
	struct vm vm;
	int fd;

	make_dax(PMD);
	firmware_finds(dax_base() + BAD_SECTOR);
	fd = open_dax();
	vm = new_vm(map_dax(fd));
	mark_all_but(&vm, BAD_PAGE);
	expect_guest_walks(&vm, BAD_PAGE, "the guest");
	EQUAL("entries of 2 MiB", vm_huge_entries(), 0);
	expect_repaired_for_guest(&vm, fd);
}
