// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include "lab.h"

#define TRACING	"/sys/kernel/tracing/"

static char *expect_event(char *from, const char *fmt, uint64_t addr)
{
	char want[100], *at;

	snprintf(want, sizeof(want), fmt, (unsigned long long)addr);
	at = strstr(from, want);
	EXPECT(at, "no \"%s\" there", want);
	return at + strlen(want);
}

SCENARIO("trace events: recorded, confined, cleared, restored", .on = NFIT,
	 .stock = "fails: no such events")
{
	uint64_t phys = pmem_base() + 64 * PAGE;
	static char text[8 * PAGE], buf[SECTOR];
	char *at = text;
	int rc;

	EXPECT(!mount("tracefs", TRACING, "tracefs", 0, NULL), "tracefs: %m");
	EXPECT(!write_text(TRACING "events/nvdimm/enable", "1"), "no such events");
	machine_check_scrub(phys + 64, LINE);
	rc = dwrite(pmem(), 64 * PAGE, buf, SECTOR);
	EXPECT(!rc, "write: %s", strerror(-rc));
	EXPECT(read_text(TRACING "trace", text, sizeof(text)) > 0, "no trace");
	at = expect_event(at, "nvdimm_poison_record: addr=%#llx len=0x40 simulated=0",
			  phys + 64);
	at = expect_event(at, "nvdimm_poison_confine: addr=%#llx rc=0", phys);
	at = expect_event(at, "nvdimm_poison_clear: addr=%#llx len=0x200 cleared=512",
			  phys);
	expect_event(at, "nvdimm_poison_restore: addr=%#llx rc=0", phys);
}
