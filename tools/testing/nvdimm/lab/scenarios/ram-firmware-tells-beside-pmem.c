// SPDX-License-Identifier: GPL-2.0
#include "ghes.h"
#include "ram.h"

static bool both_counted(void *unused)
{
	(void)unused;
	return hardware_corrupted() == (ram_before.corrupted + 2) * PAGE;
}

/* One range, of which each part is somebody else's. */
SCENARIO("system RAM: firmware tells errors in the last page of the pmem and the one behind it",
	 .on = GHES)
{
	uint64_t phys = pmem_base() + pmem_size();

	EXPECT(page_has(phys, KPF_BUDDY), "the page behind the pmem is not free");
	ram_mark();
	ghes_memory_errors(phys - PAGE, 2);
	EXPECT(wait_for(both_counted, NULL, 5000), "HardwareCorrupted: %llu kB",
	       (unsigned long long)hardware_corrupted() >> 10);
	expect_logged(phys, "free buddy page", RECOVERED);
	expect_bad_page(phys);
	EXPECT(kmsg_count("recovery action for") == 2, "%u recovery actions",
	       kmsg_count("recovery action for"));
	EXPECT(ram_counts().total == ram_before.total + 2, "two are not two");
}
