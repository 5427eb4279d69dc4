// SPDX-License-Identifier: GPL-2.0
#include <sys/stat.h>
#include "removal.h"

SCENARIO("unbind takes the memory from all who mapped a file of erofs",
	 .audit = "B5", .on = NFIT, .stock = "fails: a process still reads")
{
	mkdir("/tree", 0755);
	close(new_file("/tree/f", 4 * PAGE));
	EXPECT(!sh("mkfs.erofs %s /tree >/tmp/log 2>&1", pmem()), "mkfs.erofs");
	EXPECT(!mount(pmem(), "/mnt", "erofs", MS_RDONLY, "dax"), "mount: %m");
	map_page(open("/mnt/f", O_RDONLY));
	removal();
}
