// SPDX-License-Identifier: GPL-2.0
#include "hwpoisoned-file.h"

SCENARIO("MADV_HWPOISON: refused to everybody until it is written",
	 .audit = "B14", .on = NFIT | E820, .demo = true,
	 .stock = "fails: the bad page can be read")
{
	hwpoison_file("mkfs.ext4");
}
