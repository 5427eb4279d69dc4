// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "lab.h"

#define BAD	3	/* sector of page 1 */

/* Whatever the application's records look like. */
SCENARIO("pwrite of any alignment over a bad sector repairs it",
	 .audit = "B18d", .on = NFIT | E820,
	 .stock = "fails: pwrite beside it: Bad address")
{
	static char buf[4 * PAGE];
	off_t bad = PAGE + BAD * SECTOR;
	uint64_t phys;
	char *p;
	int fd;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	phys = addr_of(p + PAGE);
	machine_check_scrub(phys + BAD * SECTOR + 64, LINE);
	memset(buf, 'r', sizeof(buf));

	EXPECT(pwrite(fd, buf, 100, PAGE + 7) == 100, "pwrite beside it: %m");
	EXPECT(pwrite(fd, buf, 200, bad + 1) < 0, "pwrite of half of it succeeds");
	EXPECT(is_bad((phys - pmem_base()) / SECTOR + BAD, 1), "not bad any more");
	EXPECT(pwrite(fd, buf, 2 * PAGE, 1000) == 2 * PAGE, "pwrite: %m");
	EXPECT(!has_badblock(0, -1ULL), "in badblocks");
	EXPECT(pread(fd, buf, 4 * PAGE, 0) == 4 * PAGE, "pread: %m");
	EXPECT(all(buf, 'a', 1000) && all(buf + 1000, 'r', 2 * PAGE) &&
	       all(buf + 1000 + 2 * PAGE, 'a', 2 * PAGE - 1000), "other data");
	EXPECT(in_direct_map(phys), "not in the direct map");
}
