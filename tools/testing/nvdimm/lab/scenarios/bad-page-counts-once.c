// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "bad-line.h"

#define NODE	"/sys/devices/system/node/node0/memory_failure/"

static uint64_t total(void)
{
	return read_u64(NODE "total");
}

static uint64_t parts(void)
{
	return read_u64(NODE "recovered") + read_u64(NODE "failed") +
	       read_u64(NODE "ignored") + read_u64(NODE "delayed");
}

static void expect_pages(unsigned int n, const char *when)
{
	EXPECT(hardware_corrupted() == n * PAGE, "%s: HardwareCorrupted is %llu kB",
	       when, (unsigned long long)hardware_corrupted() >> 10);
	EXPECT(total() == n, "%s: the node counts %llu", when,
	       (unsigned long long)total());
	EXPECT(parts() == n, "%s: the node's parts are %llu", when,
	       (unsigned long long)parts());
}

/* However often it is told, and until it is repaired. */
SCENARIO("a bad page counts once in HardwareCorrupted, until it is repaired",
	 .audit = "B27", .on = NFIT | E820,
	 .stock = "fails: told twice: HardwareCorrupted is 8 kB")
{
	static char buf[PAGE];
	off_t page;
	int rc;

	expect_pages(0, "at first");
	page = page_with_bad_line();
	expect_pages(1, "told once");
	machine_check_scrub(pmem_base() + page, LINE);
	expect_pages(1, "told twice");
	machine_check_scrub(pmem_base() + page + 8 * PAGE, LINE);
	expect_pages(2, "a second page");
	rc = dwrite(pmem(), page, buf, PAGE / 2);
	EXPECT(!rc, "write: %s", strerror(-rc));
	expect_pages(1, "one repaired");
	unbind_pmem();
	expect_pages(0, "the driver is gone");
	bind_pmem();
	expect_pages(1, "and back");
	rc = dwrite(pmem(), page + 8 * PAGE, buf, PAGE);
	EXPECT(!rc, "write: %s", strerror(-rc));
	expect_pages(0, "both repaired");
}
