// SPDX-License-Identifier: GPL-2.0
#include "consumed.h"

SCENARIO("an error that one consumes in a page of three files: all lose it",
	 .audit = "B11 B14", .on = NFIT | E820,
	 .stock = "fails: /mnt/h: the bad page is still mapped",
	 .stock_e820 = "fails: /mnt/f: the bad page can be read")
{
	consume_shared("mkfs.xfs -m rmapbt=1,reflink=1");
}
