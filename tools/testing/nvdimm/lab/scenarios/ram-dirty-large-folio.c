// SPDX-License-Identifier: GPL-2.0
#include "ram.h"

/* XFS knows which blocks of it are dirty, so that it cannot be split. */
SCENARIO("system RAM: a bad page of a dirty large folio: SIGBUS for all of it, failed",
	 .on = E820)
{
	uint64_t phys;
	char *p;
	int fd;

	p = map_cached("mkfs.xfs", &fd);
	memset(p + 5 * PAGE, 'X', PAGE);
	phys = addr_of(p + 5 * PAGE);
	ram_mark();
	expect_sigbus(hwpoison(p + 5 * PAGE), p + 5 * PAGE, 16, "madvise");
	expect_action(phys, "unsplit thp", FAILED);
	EXPECT(page_has(phys, KPF_HWPOISON), "the page is not flagged");
	expect_letters(p, FILE_PAGES * PAGE, 5);
	EXPECT(addr_of(p + 5 * PAGE) == phys, "it is not mapped");
}
