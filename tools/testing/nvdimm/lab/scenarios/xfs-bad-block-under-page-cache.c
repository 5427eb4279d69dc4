// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "user.h"

/* What processes have mapped is in the page cache, and good. */
SCENARIO("a file without DAX goes bad on the medium: its users notice nothing",
	 .audit = "B1a", .on = NFIT | E820,
	 .stock = "oopses in __memcpy_flushcache")
{
	struct user *user;
	uint64_t phys;
	char *p;
	int fd;

	make_fs("mkfs.xfs -m rmapbt=1,reflink=1", "dax=inode");
	fd = new_file("/mnt/f", 4 * PAGE);
	phys = block_addr(fd, PAGE);
	user = new_user("/mnt/f", 4 * PAGE, EARLY);
	p = map_file(fd, 4 * PAGE, 0);
	EXPECT(addr_of(p + PAGE) != phys, "the file has DAX");
	EXPECT(!fsync(fd), "fsync: %m");
	machine_check_scrub(phys, LINE);
	EXPECT(addr_of(p + PAGE), "unmapped");
	EXPECT(user_addr_of(user, user->map + PAGE), "unmapped there");
	EXPECT(all(p, 'a', 4 * PAGE), "other contents");
	memset(p + PAGE, 'n', PAGE);
	EXPECT(!msync(p, 4 * PAGE, MS_SYNC), "msync: %m");
	EXPECT(!user->signals, "a signal");
	munmap(p, 4 * PAGE);
	EXPECT(!has_badblock(0, -1ULL), "written, but in badblocks");
	EXPECT(in_direct_map(phys), "not in the direct map");
	EXPECT(!user_touch(user, user->map + PAGE).taken, "SIGBUS");
}
