// SPDX-License-Identifier: GPL-2.0
#include "truncate.h"

SCENARIO("XFS: truncate to within a bad sector fails, and changes nothing",
	 .audit = "B19c", .on = NFIT | E820)
{
	truncate_within_bad_sector("mkfs.xfs", "dax=always");
}
