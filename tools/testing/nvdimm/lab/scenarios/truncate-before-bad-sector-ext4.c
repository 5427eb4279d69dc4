// SPDX-License-Identifier: GPL-2.0
#include "truncate.h"

SCENARIO("ext4: truncate to in front of a bad sector zeroes the rest of its page",
	 .audit = "B19c", .on = NFIT | E820,
	 .stock = "fails: pread at 0: Input/output error",
	 .stock_e820 = "oopses in dax_zero_range")
{
	truncate_before_bad_sector("mkfs.ext4", "dax");
}
