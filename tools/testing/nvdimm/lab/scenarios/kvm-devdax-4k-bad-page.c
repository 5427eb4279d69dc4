// SPDX-License-Identifier: GPL-2.0
#include "kvm.h"

SCENARIO("KVM on device-dax by 4 KiB: SIGBUS for the guest's bad page alone",
	 .audit = "B13a", .on = AMD,
	 .stock = "fails: the guest: the guest reads the bad page")
{
	page_of_guest_goes_bad(PAGE);
}
