// SPDX-License-Identifier: GPL-2.0
#include "hwpoison.h"
#include "user.h"

/* All of them have asked for early signals.  (Linux 7.x sends them too many.) */
SCENARIO("a private copy, or a page that nobody has touched, brings no signal",
	 .audit = "B28", .on = NFIT | E820)
{
	struct user *copied, *untouched, *hurt;
	uint64_t copy;
	char *p;
	int fd;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	copied = new_user("/mnt/f", 4 * PAGE, EARLY | COPIED);
	untouched = new_user("/mnt/f", 4 * PAGE, EARLY | UNTOUCHED);
	hurt = new_user("/mnt/f", 4 * PAGE, EARLY);
	EXPECT(!user_touch(untouched, untouched->map).taken, "SIGBUS");
	copy = user_addr_of(copied, copied->map + PAGE);
	EXPECT(copy && copy != addr_of(p + PAGE), "there is no private copy");
	hwpoison(p + PAGE);
	expect_early(hurt, hurt->map + PAGE);
	EXPECT(user_addr_of(copied, copied->map + PAGE) == copy,
	       "the private copy is gone");
	EXPECT(!user_touch(copied, copied->map + PAGE).taken,
	       "SIGBUS in the private copy");
	EXPECT(!copied->signals, "a signal for a private copy");
	EXPECT(!user_touch(untouched, untouched->map + 2 * PAGE).taken,
	       "SIGBUS in another page");
	EXPECT(!untouched->signals, "a signal for a page that was not mapped");
	close(fd);
}
