// SPDX-License-Identifier: GPL-2.0
#include "ghes.h"
#include "watch.h"

#define FIRST	(4096 * PAGE)	/* of the device */
#define BLOCKS	(10000 / GHES_ERRORS + 1)
#define PAGES	(BLOCKS * GHES_ERRORS)

static bool all_counted(void *unused)
{
	(void)unused;
	return hardware_corrupted() == PAGES * PAGE;
}

static bool all_recorded(void *unused)
{
	(void)unused;
	return count_bad(FIRST / SECTOR, PAGES * PAGE / SECTOR) ==
	       PAGES * PAGE / SECTOR;
}

/* As many in one block as the kernel takes, one block after the other. */
SCENARIO("of 10,000 errors that firmware tells none is lost, and programs start",
	 .audit = "B25", .on = GHES, .stock = "fails: the log: overflow")
{
	uint64_t start;
	unsigned int i;

	write_text("/proc/sys/kernel/printk", "5");
	kmsg_mark();
	start_watch();
	start = now_ms();
	for (i = 0; i < BLOCKS; i++) {
		ghes_memory_errors(pmem_base() + FIRST + i * GHES_ERRORS * PAGE,
				   GHES_ERRORS);
		EXPECT(!kmsg_has("buffer overflow"), "the log: overflow");
	}
	EXPECT(wait_for(all_counted, NULL, 60000),
	       "%llu of %lu pages are counted",
	       (unsigned long long)hardware_corrupted() / PAGE, PAGES);
	note("%lu errors in %llu ms", PAGES,
	     (unsigned long long)(now_ms() - start));
	expect_answers();
	EXPECT(wait_for(all_recorded, NULL, 60000),
	       "%u of %lu sectors are in badblocks",
	       count_bad(FIRST / SECTOR, PAGES * PAGE / SECTOR),
	       PAGES * PAGE / SECTOR);
	EXPECT(all_counted(NULL), "pages are counted twice");
}
