// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "lab.h"

/*
 * XFS finds the owner of the block by its reverse map and says that all is
 * well, as nobody maps it; the page leaves the direct map with no record.
 */
SCENARIO("overwrite a bad block of a plain file on XFS",
	 .audit = "B1a", .on = NFIT | E820, .demo = true,
	 .stock = "oopses in __memcpy_flushcache")
{
	char buf[PAGE];
	uint64_t phys;
	int fd;

	make_fs("mkfs.xfs -m rmapbt=1", "dax=never");
	fd = new_file("/mnt/f", 16 * PAGE);
	phys = block_addr(fd, 5 * PAGE);
	drop_caches();
	machine_check_scrub(phys, LINE);
	memset(buf, 'n', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, 5 * PAGE) == PAGE, "pwrite: %m");
	EXPECT(!fsync(fd), "fsync: %m");
	drop_caches();
	memset(buf, 0, PAGE);
	EXPECT(pread(fd, buf, PAGE, 5 * PAGE) == PAGE, "pread: %m");
	EXPECT(all(buf, 'n', PAGE), "other data came back");
	EXPECT(in_direct_map(phys), "the page is still out of the direct map");
}
