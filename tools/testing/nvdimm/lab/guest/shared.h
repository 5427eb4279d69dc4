/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Three files of an XFS without reverse map share their blocks, and each is
 * mapped by a process of its own.
 */
#ifndef LAB_SHARED_H
#define LAB_SHARED_H

#include "user.h"

static const char *const shared_file[] = { "/mnt/f", "/mnt/g", "/mnt/h" };

static inline void share_pages(struct user *u[3], int how_of_second)
{
	int i;

	make_fs("mkfs.xfs -m rmapbt=0,reflink=1", "dax=always");
	close(new_file(shared_file[0], 4 * PAGE));
	for (i = 1; i < 3; i++)
		EXPECT(!sh("xfs_io -f -c 'reflink /mnt/f' %s >/dev/null",
			   shared_file[i]), "reflink");
	for (i = 0; i < 3; i++) {
		u[i] = new_user(shared_file[i], 4 * PAGE,
				i == 1 ? how_of_second : 0);
		EXPECT(user_addr_of(u[i], u[i]->map + PAGE) ==
		       user_addr_of(u[0], u[0]->map + PAGE),
		       "the files do not share the page");
	}
}

#endif
