// SPDX-License-Identifier: GPL-2.0
#include "nfit-test.h"

SCENARIO("nfit_test does not take memory that the kernel uses",
	 .on = NFIT_TEST, .stock = "fails: modprobe succeeds")
{
	EXPECT(sh("busybox modprobe nfit_test memory=0x150000000,0x10000000"),
	       "modprobe succeeds");
	EXPECT(!sh("busybox modprobe nfit_test " NFIT_TEST_MEMORY),
	       "modprobe " NFIT_TEST_MEMORY);
}
