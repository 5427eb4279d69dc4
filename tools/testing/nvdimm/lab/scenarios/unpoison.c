// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include "inject.h"

/* What was only pretended can be taken back, and the data is still there. */
SCENARIO("unpoison takes back a simulated error, but not a real one",
	 .audit = "B27", .on = NFIT | E820,
	 .stock = "fails: unpoison: Input/output error")
{
	uint64_t phys, corrupted = hardware_corrupted();
	static char buf[PAGE];
	char *p;
	int fd, rc;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	phys = addr_of(p + PAGE);
	munmap(p, 4 * PAGE);
	rc = hwpoison_inject(CORRUPT, phys);
	EXPECT(!rc, "corrupt: %s", strerror(-rc));
	rc = hwpoison_inject(UNPOISON, phys);
	EXPECT(!rc, "unpoison: %s", strerror(-rc));
	p = map_file(fd, 4 * PAGE, 0);
	EXPECT(all(p, 'a', 4 * PAGE), "the data has changed");
	EXPECT(!has_badblock(0, -1ULL), "in badblocks");
	EXPECT(in_direct_map(phys), "not in the direct map");
	EXPECT(hardware_corrupted() == corrupted, "HardwareCorrupted has changed");
	rc = hwpoison_inject(UNPOISON, phys);
	EXPECT(rc == -EBUSY, "unpoison of a good page: %s", strerror(-rc));

	munmap(p, 4 * PAGE);
	machine_check_scrub(phys, LINE);
	rc = hwpoison_inject(CORRUPT, phys);
	EXPECT(!rc, "corrupt: %s", strerror(-rc));
	rc = hwpoison_inject(UNPOISON, phys);
	EXPECT(rc == -EOPNOTSUPP, "unpoison of a real error: %s", strerror(-rc));
	rc = pread(fd, buf, PAGE, PAGE);
	EXPECT(rc < 0, "the bad page can be read");
}
