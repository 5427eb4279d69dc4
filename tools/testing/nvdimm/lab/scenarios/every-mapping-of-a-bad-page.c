// SPDX-License-Identifier: GPL-2.0
#include "hwpoison.h"
#include "user.h"

#define BAD	(5 * PAGE)

static char *map_at(uintptr_t at, int fd)
{
	char *p = mmap((void *)at, PMD, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);

	EXPECT(p == (char *)at, "mmap: %m");
	EXPECT(!touch(p).taken, "SIGBUS");
	return p;
}

static void expect_lost_here(const char *p, const char *which)
{
	EXPECT(!addr_of(p), "%s: the bad page is still mapped", which);
	EXPECT(touch(p).taken, "%s: the bad page can be read", which);
	EXPECT(!touch(p - PAGE).taken && !touch(p + PAGE).taken,
	       "%s: SIGBUS in a page beside it", which);
}

/* By 2 MiB and by 4 KiB, twice in one process, inherited, and in others. */
SCENARIO("a bad page is lost to every mapping of it, and no page beside it",
	 .audit = "B11", .on = NFIT | E820,
	 .stock = "fails: 4 KiB here: the bad page can be read")
{
	struct user *child, *large, *small;
	char *p, *q;
	void *told;
	int fd;

	fd = new_file_of_2m_blocks("/mnt/f");
	p = map_at(0x210000000000UL, fd);
	EXPECT(addr_of(p + BAD), "not mapped by 2 MiB");
	q = map_at(0x220000001000UL, fd);
	EXPECT(!addr_of(q + BAD), "not mapped by 4 KiB");
	child = new_user("/mnt/f", PMD, UNTOUCHED);
	EXPECT(!user_touch(child, p + BAD).taken, "SIGBUS");
	large = new_user("/mnt/f", PMD, 0);
	small = new_user("/mnt/f", PMD, SMALL | EARLY);
	EXPECT(!touch(q + BAD).taken, "SIGBUS");
	told = hwpoison(q + BAD).addr;
	EXPECT(told == p + BAD || told == q + BAD, "si_addr %p", told);
	expect_early(small, small->map + BAD);
	EXPECT(!child->signals && !large->signals, "an early signal");
	expect_lost_here(q + BAD, "4 KiB here");
	expect_lost_here(p + BAD, "2 MiB here");
	expect_lost(child, p + BAD, "the child");
	expect_lost(large, large->map + BAD, "2 MiB there");
	expect_lost(small, small->map + BAD, "4 KiB there");
}
