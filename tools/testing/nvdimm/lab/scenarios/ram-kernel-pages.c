// SPDX-License-Identifier: GPL-2.0
#include "ram.h"

static void expect_ignored(unsigned int flag, const char *what)
{
	uint64_t phys = find_pages(flag, 1);

	note("%s: %#llx", what, (unsigned long long)phys);
	ram_mark();
	expect_rc(corrupt(phys), -EBUSY, what);
	expect_action(phys, "get hwpoison page", IGNORED);
	EXPECT(page_has(phys, KPF_HWPOISON) && page_has(phys, flag),
	       "%s: the page has changed", what);
}

/* Nothing can be done about them, but to know that they are bad. */
SCENARIO("system RAM: bad pages of the kernel are counted as ignored",
	 .on = E820)
{
	uint64_t nothing = 3ULL << 30;

	expect_ignored(KPF_SLAB, "slab");
	expect_ignored(KPF_PGTABLE, "page table");
	expect_ignored(KPF_RESERVED, "reserved");
	ram_mark();
	expect_rc(corrupt(nothing), -ENXIO, "no memory");
	machine_check_scrub(nothing, LINE);
	EXPECT(kmsg_has("memory outside kernel control"),
	       "the log does not say that it is not the kernel's");
	expect_corrupted(0);
}
