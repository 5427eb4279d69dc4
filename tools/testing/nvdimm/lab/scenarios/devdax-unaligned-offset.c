// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* An address that one entry can map, of an offset that it cannot. */
static bool maps_at(int fd, off_t off)
{
	char *want = (char *)0x500000000000UL;
	char *p = mmap(want, PMD, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_FIXED_NOREPLACE, fd, off);

	EXPECT(p == want || errno == EINVAL, "mmap at %lld: %m", (long long)off);
	if (p == want)
		munmap(p, PMD);
	return p == want;
}

SCENARIO("device-dax: mmap() of an offset that the alignment does not allow",
	 .audit = "B29", .on = NFIT | E820, .stock = "fails: 4096 is mapped")
{
	int fd;

	make_dax(PMD);
	fd = open_dax();
	EXPECT(maps_at(fd, 0) && maps_at(fd, PMD), "mmap: %m");
	EXPECT(!maps_at(fd, PAGE), "4096 is mapped");
	EXPECT(!maps_at(fd, PMD / 2), "1 MiB is mapped");
	EXPECT(!maps_at(fd, PMD - PAGE), "2 MiB - 4096 is mapped");
}
