// SPDX-License-Identifier: GPL-2.0
#include "truncate.h"

SCENARIO("XFS: truncate to in front of a bad sector zeroes the rest of its page",
	 .audit = "B19c", .on = NFIT | E820,
	 .stock = "fails: ftruncate: Input/output error",
	 .stock_e820 = "oopses in dax_zero_range")
{
	truncate_before_bad_sector("mkfs.xfs", "dax=always");
}
