// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/mman.h>
#include "bad-line.h"

/* Take memory, 2 MiB at a time, until a page of it is the one at @phys, or all. */
static bool allocate_page(uint64_t phys)
{
	while (available_memory() > 64UL << 20) {
		char *p = mmap(NULL, PMD, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
			       -1, 0);

		EXPECT(p != MAP_FAILED, "mmap: %m");
		if (maps_page(p, PMD, phys))
			return true;
	}
	return false;
}

/* The namespace becomes ordinary memory, but for the page that is bad. */
SCENARIO("turn the device into system RAM and use it",
	 .audit = "B4", .on = NFIT, .demo = true,
	 .stock = "oopses in clear_page")
{
	uint64_t bad = pmem_base() + page_with_bad_line();

	EXPECT(!sh("ndctl create-namespace -f -e namespace0.0 -m devdax -M mem -a 2M >/tmp/log 2>&1"),
	       "ndctl create-namespace");
	EXPECT(!sh("daxctl reconfigure-device -m system-ram dax0.0 >/tmp/log 2>&1"),
	       "daxctl reconfigure-device");
	EXPECT(!allocate_page(bad), "the bad page is handed out");
}
