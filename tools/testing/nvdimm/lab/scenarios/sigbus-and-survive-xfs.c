// SPDX-License-Identifier: GPL-2.0
#include "survive.h"

SCENARIO("SIGBUS and survive on XFS", .on = NFIT | E820, .demo = true,
	 .stock_e820 = "fails: pwrite: Bad address")
{
	survive("mkfs.xfs -m rmapbt=1", "dax=always");
}
