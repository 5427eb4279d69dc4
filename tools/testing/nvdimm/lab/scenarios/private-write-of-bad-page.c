// SPDX-License-Identifier: GPL-2.0
#include "private.h"

/* Its first touch is a store: the fault copies what a scrubber has found bad. */
static void first_touch(int fd)
{
	char *shared = map_file(fd, 4 * PAGE, 0);
	char *p = map_private(fd, 4 * PAGE);
	uint64_t phys = addr_of(shared + PAGE);

	machine_check_scrub(phys, LINE);
	expect_bad_page_not_copied(fd, p, phys);
	munmap(shared, 4 * PAGE);
	munmap(p, 4 * PAGE);
}

SCENARIO("a private write to a page that is known to be bad is refused",
	 .audit = "B8b", .on = NFIT | E820,
	 .stock_e820 = "oopses in copy_page")
{
	on_ext4_and_xfs(first_touch);
}
