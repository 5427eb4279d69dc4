// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"

/* The other error that a copy can end with. */
SCENARIO("read() and write() with a buffer that is not there give EFAULT",
	 .audit = "B18d", .on = NFIT | E820)
{
	char *nothing = mmap(NULL, FILE_LEN, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = file_with_bad_sector("mkfs.ext4", "dax");

	EXPECT(nothing != MAP_FAILED, "mmap: %m");
	EXPECT(pread(fd, nothing, PAGE, 0) < 0 && errno == EFAULT, "pread: %m");
	EXPECT(pwrite(fd, nothing, PAGE, 2 * PAGE) < 0 && errno == EFAULT,
	       "pwrite: %m");
	EXPECT(pwrite(fd, nothing, PAGE, PAGE) < 0 && errno == EFAULT,
	       "pwrite of the bad page: %m");
	expect_bytes(fd, 0, PAGE, 'a');
	expect_bytes(fd, 2 * PAGE, 2 * PAGE, 'a');
}
