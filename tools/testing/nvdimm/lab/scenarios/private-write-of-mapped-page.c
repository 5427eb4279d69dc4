// SPDX-License-Identifier: GPL-2.0
#include "private.h"

/*
 * The process has read the page, so it is mapped, without a page that the core
 * of the kernel would own.  Twice, because the kernel may try again.
 */
static void store_after_load(int fd)
{
	char *p = map_private(fd, 4 * PAGE);
	uint64_t phys[2];

	EXPECT(!touch(p + PAGE).taken, "SIGBUS");
	phys[0] = addr_of(p + PAGE);
	phys[1] = phys[0];
	EXPECT(phys[0] == block_addr(fd, PAGE), "not the page of the file");
	arm_kernel_loads("rep_movs_alternative,copy_mc_to_kernel", phys, 2, LINE);
	expect_store_refused(p + PAGE);
	EXPECT(kernel_loads_hit(), "the page was not copied");
	/* It is told by a work: until then the next copy consumes it again. */
	EXPECT(wait_until_confined(phys[0]), "not recorded");
	expect_bad_page_not_copied(fd, p, phys[0]);
	munmap(p, 4 * PAGE);
}

/* Stock fills the copy with zeros, says that it is well, and warns once. */
SCENARIO("a private write to a mapped page with a bad line never brings zeros",
	 .audit = "B8a", .on = NFIT | E820, .stock = "warns in do_wp_page")
{
	on_ext4_and_xfs(store_after_load);
}
