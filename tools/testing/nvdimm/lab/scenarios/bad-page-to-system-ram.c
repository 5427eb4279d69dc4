// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/mman.h>
#include "bad-line.h"

/* Use more memory than the machine had before. */
static void use_memory(size_t len)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t i;

	EXPECT(p != MAP_FAILED, "mmap: %m");
	for (i = 0; i < len; i += PAGE)
		p[i] = 1;
	munmap(p, len);
}

/*
 * The namespace becomes ordinary memory.  A page that was bad once is handed
 * to whoever allocates it, and has to be in the direct map then.
 */
SCENARIO("turn the device into system RAM and use it",
	 .audit = "B4", .on = NFIT, .demo = true, .stock = "oopses in clear_page")
{
	page_with_bad_line();
	EXPECT(!sh("ndctl create-namespace -f -e namespace0.0 -m devdax -M mem -a 2M >/tmp/log 2>&1"),
	       "ndctl create-namespace");
	EXPECT(!sh("daxctl reconfigure-device -m system-ram dax0.0 >/tmp/log 2>&1"),
	       "daxctl reconfigure-device");
	use_memory(1400UL << 20);
}
