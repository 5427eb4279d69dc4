// SPDX-License-Identifier: GPL-2.0
#include "ram.h"

/* Who consumed it did so before it was dropped; the load is done again. */
SCENARIO("system RAM: a load from a bad clean page of a file goes on with the disk's data",
	 .on = E820)
{
	uint64_t phys;
	char *p;
	int fd;

	p = map_cached_clean("mkfs.ext4", &fd);
	phys = addr_of(p + 5 * PAGE);

	ram_mark();
	EXPECT(!machine_check_load(p + 5 * PAGE, LINE).taken, "a signal");
	expect_action(phys, "clean LRU page", RECOVERED);
	EXPECT(kmsg_has("corrupted page was clean: dropped without side effects"),
	       "the log does not say that it was clean");
	EXPECT(wait_until_confined(phys), "the page is in the direct map");
	expect_letters(p, FILE_PAGES * PAGE, NO_PAGE);
	EXPECT(addr_of(p + 5 * PAGE) != phys, "the bad page is mapped");
	EXPECT(!fsync(fd), "fsync: %m");
	EXPECT(!has_badblock(0, -1ULL), "in badblocks of the disk");
}
