// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <sys/mman.h>
#include "watch.h"

#define PAGES		4000UL
#define LINES_MAX	100	/* of what the log holds, some 1500 */

static volatile sig_atomic_t signals;

static void count_signal(int sig)
{
	(void)sig;
	signals++;
}

/* All in one system call, which tells each page to the log, if not to the console. */
SCENARIO("4000 errors, one by one: programs start at once, and the log is not lost",
	 .audit = "B25", .on = NFIT | E820, .stock = "fails: the log has ")
{
	unsigned int lines;
	uint64_t start;
	char *p;
	int fd;

	make_fs("mkfs.ext4", "dax");
	fd = new_file("/mnt/f", PAGES * PAGE);
	p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	write_text("/proc/sys/kernel/printk", "5");
	kmsg_mark();
	start_watch();
	signal(SIGBUS, count_signal);
	start = now_ms();
	EXPECT(!madvise(p, PAGES * PAGE, MADV_HWPOISON), "MADV_HWPOISON: %m");
	note("%lu errors in %llu ms", PAGES,
	     (unsigned long long)(now_ms() - start));
	EXPECT(signals, "no signal");
	expect_answers();
	lines = kmsg_count("Memory failure: ");
	EXPECT(lines <= LINES_MAX, "the log has %u lines of it", lines);
	EXPECT(hardware_corrupted() == PAGES * PAGE, "%llu kB are counted",
	       (unsigned long long)hardware_corrupted() >> 10);
	EXPECT(count_bad(0, pmem_size() / SECTOR) == PAGES * PAGE / SECTOR,
	       "%u sectors are recorded",
	       count_bad(0, pmem_size() / SECTOR));
}
