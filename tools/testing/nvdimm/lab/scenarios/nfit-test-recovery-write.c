// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "nfit-test.h"

/* Without struct pages there are no mappings of files; see nfit-test-scrub.c. */
SCENARIO("nfit_test: a bad page of a file is refused, and a write() repairs it",
	 .audit = "C14", .on = NFIT_TEST,
	 .stock = "fails: pwrite: Input/output error")
{
	static char buf[4 * PAGE];
	int fd;

	load_nfit_test("");
	make_fs(NFIT_TEST_MKFS, "dax");
	fd = new_file("/mnt/f", sizeof(buf));
	firmware_finds_at(block_addr(fd, PAGE));
	EXPECT(pread(fd, buf, SECTOR, PAGE) < 0, "pread of the bad sector succeeds");
	EXPECT(pread(fd, buf, PAGE, 0) == PAGE, "pread before it: %m");
	memset(buf, 'r', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, PAGE) == PAGE, "pwrite: %m");
	EXPECT(pread(fd, buf, sizeof(buf), 0) == sizeof(buf), "pread: %m");
	EXPECT(all(buf + PAGE, 'r', PAGE), "other data came back");
	EXPECT(all(buf, 'a', PAGE) && all(buf + 2 * PAGE, 'a', 2 * PAGE),
	       "the pages beside it have changed");
	expect_nothing_bad();
}
