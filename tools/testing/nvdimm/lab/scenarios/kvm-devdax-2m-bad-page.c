// SPDX-License-Identifier: GPL-2.0
#include "kvm.h"

/* KVM had mapped all 2 MiB with one entry of its own (NPT), bad page included. */
SCENARIO("KVM on device-dax by 2 MiB: SIGBUS for the guest's bad page alone",
	 .audit = "B13a", .on = AMD, .demo = true,
	 .stock = "fails: the guest: the guest reads the bad page")
{
	page_of_guest_goes_bad(PMD);
}
