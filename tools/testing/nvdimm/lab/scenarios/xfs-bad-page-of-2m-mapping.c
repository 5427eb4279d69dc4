// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <unistd.h>
#include "lab.h"

/* One DAX entry covers 512 pages; it does not stop a write to one of them. */
SCENARIO("repair page 5 of a 2 MiB mapping",
	 .audit = "B1b", .on = NFIT | E820, .demo = true,
	 .stock = "fails: pwrite: Bad address")
{
	static char buf[PAGE];
	uint64_t phys;
	char *p;
	int fd;

	fd = new_file_of_2m_blocks("/mnt/f");
	p = map_file(fd, PMD, 0);
	phys = addr_of(p + 5 * PAGE);
	machine_check_scrub(phys, LINE);
	memset(buf, 'n', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, 5 * PAGE) == PAGE, "pwrite: %m");
	EXPECT(pread(fd, buf, PAGE, 5 * PAGE) == PAGE, "pread: %m");
	EXPECT(all(buf, 'n', PAGE), "other data came back");
	EXPECT(in_direct_map(phys), "the page is still out of the direct map");
}
