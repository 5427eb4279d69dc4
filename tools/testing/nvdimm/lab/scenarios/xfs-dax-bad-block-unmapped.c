// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <unistd.h>
#include "lab.h"

/* A DAX file, but nobody has mapped the page: no DAX entry, no page flag. */
SCENARIO("repair a bad block of a DAX file that nobody maps",
	 .audit = "B1a B3", .on = NFIT | E820,
	 .stock = "fails: pwrite: Bad address")
{
	char buf[PAGE];
	uint64_t phys;
	int fd;

	make_fs("mkfs.xfs -m rmapbt=1", "dax=always");
	fd = new_file("/mnt/f", 16 * PAGE);
	phys = block_addr(fd, 5 * PAGE);
	machine_check_scrub(phys, LINE);
	memset(buf, 'n', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, 5 * PAGE) == PAGE, "pwrite: %m");
	memset(buf, 0, PAGE);
	EXPECT(pread(fd, buf, PAGE, 5 * PAGE) == PAGE, "pread: %m");
	EXPECT(all(buf, 'n', PAGE), "other data came back");
	EXPECT(in_direct_map(phys), "the page is still out of the direct map");
}
