// SPDX-License-Identifier: GPL-2.0
#include "removal.h"

SCENARIO("a new XFS can be mounted before the removed one is unmounted",
	 .audit = "B5", .on = NFIT,
	 .stock = "warns: sysfs: cannot create duplicate filename '/fs/xfs/pmem0'")
{
	new_owner("mkfs.xfs -m rmapbt=1", "dax=always");
}
