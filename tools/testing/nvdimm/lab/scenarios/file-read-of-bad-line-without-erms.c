// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <unistd.h>
#include "lab.h"

/* By a copy to the memory of the process, which is another function. */
SCENARIO("without ERMS, a read of a file that consumes a bad line gives EIO",
	 .audit = "B29", .on = NOERMS,
	 .stock_e820 = "panics: Fatal machine check")
{
	static char buf[PAGE];
	uint64_t phys;
	char *p;
	int fd;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	phys = addr_of(p + PAGE);
	arm_kernel_load(phys, LINE);
	EXPECT(pread(fd, buf, PAGE, PAGE) < 0, "pread succeeds");
	EXPECT(errno == EIO, "pread: %m");
	expect_kernel_load_hit();
	EXPECT(wait_for_badblock((phys - pmem_base()) / SECTOR),
	       "not in badblocks");
	EXPECT(wait_until_confined(phys), "the page is in the direct map");
	EXPECT(pread(fd, buf, PAGE, 0) == PAGE && all(buf, 'a', PAGE),
	       "pread of the page before it: %m");
}
