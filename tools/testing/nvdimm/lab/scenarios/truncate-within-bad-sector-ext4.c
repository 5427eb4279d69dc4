// SPDX-License-Identifier: GPL-2.0
#include "truncate.h"

/* And a user's bad sector is not an error of the filesystem. */
SCENARIO("ext4: truncate to within a bad sector does not leave old data",
	 .audit = "B19c", .on = NFIT | E820, .stock = "fails: other data at 6144")
{
	truncate_within_bad_sector("mkfs.ext4", "dax,errors=remount-ro");
	EXPECT(!sh("echo n >/mnt/n"), "the filesystem is read-only");
}
