/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 2 MiB that two files share, in one piece; a page of it is bad, and one of the
 * files is mapped, with nothing touched.
 */
#ifndef LAB_COW_2M_H
#define LAB_COW_2M_H

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include "clone.h"

#define BAD	(5 * PAGE)

struct cow_2m {
	int file, clone;
	char *p;		/* the clone */
};

static inline struct cow_2m share_2m_with_bad_page(void)
{
	struct cow_2m c;

	c.file = new_file_of_2m_blocks("/mnt/f");
	c.clone = clone_file(c.file, "/mnt/g");
	c.p = mmap((void *)0x300000000000UL, PMD, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_FIXED_NOREPLACE, c.clone, 0);
	EXPECT(c.p != MAP_FAILED, "mmap: %m");
	machine_check_scrub(block_addr(c.clone, BAD), LINE);
	return c;
}

/* All of the 2 MiB but the bad page, of which the first byte may have changed. */
static inline void expect_rest(int fd, const char *which)
{
	static char buf[PMD];
	const size_t after = PMD - BAD - PAGE;

	EXPECT(pread(fd, buf, BAD, 0) == BAD, "%s: pread: %m", which);
	EXPECT(all(buf + 1, 'a', BAD - 1), "%s: other data before it", which);
	EXPECT(pread(fd, buf, after, BAD + PAGE) == (ssize_t)after,
	       "%s: pread: %m", which);
	EXPECT(all(buf, 'a', after), "%s: other data behind it", which);
}

#endif
