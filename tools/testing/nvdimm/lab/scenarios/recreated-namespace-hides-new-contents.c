// SPDX-License-Identifier: GPL-2.0
#include "removal.h"

SCENARIO("who mapped a file does not see what the next owner of the namespace writes",
	 .audit = "B5", .demo = true, .on = NFIT,
	 .stock = "fails: the old mapping shows the new contents")
{
	char *p;
	int fd;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	expect_hidden(p, addr_of(p));
}
