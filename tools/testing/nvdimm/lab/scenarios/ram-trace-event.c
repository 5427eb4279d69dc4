// SPDX-License-Identifier: GPL-2.0
#include <sys/mount.h>
#include "ram.h"

#define TRACING	"/sys/kernel/tracing/"

static void expect_event(uint64_t phys, const char *what)
{
	static char text[8 * PAGE];
	char want[120];

	EXPECT(read_text(TRACING "trace", text, sizeof(text)) > 0, "no trace");
	snprintf(want, sizeof(want), "memory_failure_event: pfn %#llx: %s",
		 (unsigned long long)phys / PAGE, what);
	EXPECT(strstr(text, want), "no \"%s\" there", want);
}

/* What rasdaemon reads. */
SCENARIO("system RAM: every failure is a trace event with page, type and result",
	 .on = E820)
{
	char *p = anonymous(4 * PAGE);
	uint64_t anon = addr_of(p + PAGE), free = free_page();

	EXPECT(!mount("tracefs", TRACING, "tracefs", 0, NULL), "tracefs: %m");
	expect_rc(write_text(TRACING "events/ras/memory_failure_event/enable", "1"),
		  0, "memory_failure_event");
	expect_rc(corrupt(anon), 0, "corrupt");
	expect_event(anon, "recovery action for dirty LRU page: Recovered");
	expect_rc(corrupt(free), 0, "corrupt");
	expect_event(free, "recovery action for free buddy page: Recovered");
	expect_rc(corrupt(anon), -EHWPOISON, "corrupt again");
	expect_event(anon, "recovery action for already poisoned: Failed");
}
