/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Three files of an XFS share a page.  This process consumes a bad line of it, through
 * the first of them; others have mapped all three.
 */
#ifndef LAB_CONSUMED_H
#define LAB_CONSUMED_H

#include "user.h"

struct shared {
	const char *path;
	int how;
	struct user *user;
};

static inline void share(struct shared *s, unsigned int n)
{
	unsigned int i;

	close(new_file(s[0].path, 4 * PAGE));
	for (i = 1; i < n; i++)
		EXPECT(!sh("xfs_io -f -c 'reflink %s' %s >/dev/null", s[0].path,
			   s[i].path), "reflink");
	for (i = 0; i < n; i++) {
		s[i].user = new_user(s[i].path, 4 * PAGE, s[i].how);
		EXPECT(user_addr_of(s[i].user, s[i].user->map + PAGE) ==
		       user_addr_of(s[0].user, s[0].user->map + PAGE),
		       "the files do not share the page");
	}
}

/* On the filesystem that is mounted. */
static inline void consume_shared_page(void)
{
	struct shared s[] = {
		{ "/mnt/f", 0, NULL }, { "/mnt/g", EARLY, NULL },
		{ "/mnt/h", 0, NULL },
	};
	struct sigbus got;
	char *p;
	int i;

	share(s, 3);
	p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED,
		 open(s[0].path, O_RDONLY | O_CLOEXEC), 0);
	EXPECT(p != MAP_FAILED, "mmap: %m");
	got = machine_check_load(p + PAGE + 5 * LINE, LINE);
	EXPECT(got.taken, "no SIGBUS");
	EXPECT(got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT((uintptr_t)got.addr / PAGE == (uintptr_t)p / PAGE + 1,
	       "si_addr %p, not in the page at %p", got.addr, p + PAGE);
	EXPECT(got.lsb == 12, "si_addr_lsb %d", got.lsb);
	expect_early(s[1].user, s[1].user->map + PAGE);
	EXPECT(!s[0].user->signals && !s[2].user->signals,
	       "a signal that nobody asked for");
	for (i = 0; i < 3; i++)
		expect_lost(s[i].user, s[i].user->map + PAGE, s[i].path);
	EXPECT(touch(p + PAGE).taken, "the consumer can read it again");
	EXPECT(!touch(p).taken && !touch(p + 2 * PAGE).taken,
	       "SIGBUS in a page beside it");
	EXPECT(!sh("touch /mnt/i"), "the filesystem was shut down");
}

static inline void consume_shared(const char *mkfs)
{
	make_fs(mkfs, "dax=always");
	consume_shared_page();
}

#endif
