// SPDX-License-Identifier: GPL-2.0
#include "private.h"

/* Nobody knows of it before the fault copies the page. */
static uint64_t store_consumes(int fd, char *p)
{
	uint64_t phys = block_addr(fd, PAGE);

	arm_kernel_loads("copy_page,copy_mc_to_kernel", &phys, 1, LINE);
	expect_store_refused(p + PAGE);
	expect_kernel_load_hit();
	return phys;
}

static void first_touch(int fd)
{
	char *p = map_private(fd, 4 * PAGE);
	uint64_t phys = store_consumes(fd, p);

	expect_bad_page_not_copied(fd, p, phys);
	munmap(p, 4 * PAGE);
}

/* The load has mapped 2 MiB, which are taken apart to be copied by 4 KiB. */
static void store_in_2m_mapping(void)
{
	int fd = new_file_of_2m_blocks("/mnt/f");
	char *p = map_private_2m(fd);
	uint64_t phys;

	EXPECT(!touch(p).taken, "SIGBUS");
	EXPECT(addr_of(p + PMD - PAGE), "not mapped by 2 MiB");
	phys = store_consumes(fd, p);
	expect_bad_page_not_copied(fd, p, phys);
}

SCENARIO("a private write that consumes a bad line ends in SIGBUS",
	 .audit = "B8b", .on = NFIT | E820, .stock = "panics: Fatal machine check")
{
	on_ext4_and_xfs(first_touch);
	store_in_2m_mapping();
}
