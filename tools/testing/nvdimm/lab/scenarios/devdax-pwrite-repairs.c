// SPDX-License-Identifier: GPL-2.0
#include <sys/stat.h>
#include "devdax.h"

static char sector[SECTOR];

static struct stat node(void)
{
	struct stat st;

	EXPECT(!stat(DAX_PATH, &st), DAX_PATH ": %m");
	return st;
}

/* In place: nobody has to make the device anew, or to open it again. */
SCENARIO("device-dax: pwrite() of the bad sector repairs it, through the open file",
	 .audit = "B13d", .on = NFIT | E820,
	 .stock = "fails: pwrite: Invalid argument")
{
	struct stat before, after;
	char *p, *bad;
	int fd;

	p = new_dax(PMD, &fd);
	bad = p + BAD_PAGE;
	EXPECT(!chown(DAX_PATH, 1234, 2345) && !chmod(DAX_PATH, 0640), "chmod: %m");
	before = node();
	find_bad_line(dax_base() + BAD_LINE);
	memset(sector, 'r', SECTOR);
	EXPECT(pwrite(fd, sector, SECTOR, BAD_SECTOR) == SECTOR, "pwrite: %m");
	expect_no_signal(p, "repaired");
	EXPECT(all(bad, 'a', 3 * SECTOR) && all(bad + 3 * SECTOR, 'r', SECTOR) &&
	       all(bad + 4 * SECTOR, 'a', PAGE - 4 * SECTOR), "other data");
	EXPECT(!store(bad + 3 * SECTOR, 's').taken, "SIGBUS of a store");
	expect_no_dax_badblock();
	EXPECT(in_direct_map(dax_base() + BAD_PAGE), "not in the direct map");
	EXPECT(!hardware_corrupted(), "in HardwareCorrupted");
	after = node();
	EXPECT(before.st_ino == after.st_ino && before.st_mode == after.st_mode &&
	       before.st_uid == after.st_uid && before.st_gid == after.st_gid,
	       "the device node is another one");
}
