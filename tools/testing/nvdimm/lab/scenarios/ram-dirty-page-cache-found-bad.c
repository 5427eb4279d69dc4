// SPDX-License-Identifier: GPL-2.0
#include "ram.h"
#include "user.h"

/* A scrubber found it; nobody uses it at the moment. */
SCENARIO("system RAM: a bad line in a dirty page: who asked is told, fsync gives EIO once",
	 .on = E820)
{
	static char buf[PAGE];
	struct user *early, *late, *untouched;
	uint64_t phys;
	char *p;
	int fd;

	p = map_cached("mkfs.ext4", &fd);
	memset(p + 5 * PAGE, 'X', PAGE);
	phys = addr_of(p + 5 * PAGE);
	EXPECT(!madvise(p, FILE_PAGES * PAGE, MADV_DONTFORK), "MADV_DONTFORK: %m");
	early = new_user("/mnt/f", FILE_PAGES * PAGE, EARLY);
	late = new_user("/mnt/f", FILE_PAGES * PAGE, LATE);
	untouched = new_user("/mnt/f", FILE_PAGES * PAGE, EARLY | UNTOUCHED);
	EXPECT(user_addr_of(late, late->map + 5 * PAGE) == phys,
	       "the page is not shared");

	ram_mark();
	machine_check_scrub(phys + 256, LINE);
	expect_action(phys, "dirty LRU page", RECOVERED);
	EXPECT(wait_until_confined(phys), "the page is in the direct map");
	expect_early(early, early->map + 5 * PAGE);
	expect_early(untouched, untouched->map + 5 * PAGE);
	EXPECT(!late->signals, "a signal that was not asked for");
	expect_lost(early, early->map + 5 * PAGE, "early");
	expect_lost(late, late->map + 5 * PAGE, "late");
	expect_gone(p + 5 * PAGE);
	EXPECT(fsync(fd) < 0 && errno == EIO, "fsync: %m");
	EXPECT(!fsync(fd), "fsync again: %m");
	EXPECT(pread(fd, buf, PAGE, 5 * PAGE) == PAGE, "pread: %m");
	EXPECT(all(buf, letter(5), PAGE), "not what is on the disk");
	EXPECT(!has_badblock(0, -1ULL), "in badblocks of the disk");
}
