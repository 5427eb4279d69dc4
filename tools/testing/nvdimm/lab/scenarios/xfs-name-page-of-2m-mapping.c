// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include "lab.h"

/* One DAX entry covers 512 pages: the one that is bad is the sixth. */
SCENARIO("the log names the bad page of a 2 MiB mapping, not the first",
	 .audit = "B1b", .on = NFIT | E820, .stock = "fails: the log")
{
	struct sigbus got;
	uint64_t phys;
	char line[80];
	char *p;
	int fd;

	fd = new_file_of_2m_blocks("/mnt/f");
	p = map_file(fd, PMD, 0);
	phys = addr_of(p + 5 * PAGE);
	got = machine_check_load(p + 5 * PAGE, LINE);
	EXPECT(got.taken, "no SIGBUS");
	snprintf(line, sizeof(line), "Memory failure: %#llx: Sending SIGBUS to",
		 (unsigned long long)phys / PAGE);
	EXPECT(kmsg_has(line), "the log has no \"%s\"", line);
}
