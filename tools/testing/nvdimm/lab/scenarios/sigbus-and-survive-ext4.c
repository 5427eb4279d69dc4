// SPDX-License-Identifier: GPL-2.0
#include "survive.h"

SCENARIO("SIGBUS and survive on ext4", .on = NFIT | E820, .demo = true,
	 .stock_e820 = "fails: pwrite: Bad address")
{
	survive("mkfs.ext4", "dax");
}
