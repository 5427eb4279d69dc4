// SPDX-License-Identifier: GPL-2.0
#include "removal.h"

/*
 * The filesystem that was on it is still mounted, and a process still has a
 * file of it mapped.
 */
SCENARIO("a new ext4 can be mounted before the removed one is unmounted",
	 .audit = "B5", .on = NFIT, .stock = "warns in proc_register")
{
	new_owner("mkfs.ext4", "dax");
}
