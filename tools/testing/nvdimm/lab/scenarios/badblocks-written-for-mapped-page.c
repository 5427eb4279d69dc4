// SPDX-License-Identifier: GPL-2.0
#include "found.h"

static void tell(uint64_t phys)
{
	set_badblock((phys - pmem_base()) / SECTOR + 2, 1);
}

SCENARIO("a bad sector told through sysfs is unmapped; nobody dies",
	 .audit = "C5", .on = NFIT | E820,
	 .stock = "fails: the bad page is still mapped")
{
	found("mkfs.ext4", "dax", tell);
}
