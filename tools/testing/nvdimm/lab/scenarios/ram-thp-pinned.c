// SPDX-License-Identifier: GPL-2.0
#include <sys/uio.h>
#include "ram-huge.h"

/* A pipe has a page of it, so that it cannot be split. */
SCENARIO("system RAM: a bad transparent huge page that is pinned: SIGBUS, counted as failed",
	 .on = E820)
{
	char *p = map_thp(true);
	uint64_t phys = addr_of(p);
	struct iovec one = { p + 9 * PAGE, PAGE };
	int fds[2];

	EXPECT(!pipe(fds), "pipe: %m");
	EXPECT(vmsplice(fds[1], &one, 1, 0) == PAGE, "vmsplice: %m");
	ram_mark();
	expect_sigbus(hwpoison(p + 5 * PAGE), p + 5 * PAGE, 21, "madvise");
	expect_action(phys + 5 * PAGE, "unsplit thp", FAILED);
	EXPECT(page_has(phys, KPF_THP), "it is no huge page any more");
	EXPECT(page_has(phys + 5 * PAGE, KPF_HWPOISON), "the page is not flagged");
}
