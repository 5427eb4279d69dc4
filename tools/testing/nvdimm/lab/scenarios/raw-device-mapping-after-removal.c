// SPDX-License-Identifier: GPL-2.0
#include "removal.h"

/* Such a mapping is of the page cache, not of the memory itself. */
SCENARIO("who mapped the block device does not see what its next owner writes",
	 .on = NFIT)
{
	int fd = open(pmem(), O_RDWR);
	char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	EXPECT(p != MAP_FAILED, "mmap: %m");
	memset(p, 'a', PAGE);
	EXPECT(!msync(p, PAGE, MS_SYNC), "msync: %m");
	expect_hidden(p, pmem_base());
}
