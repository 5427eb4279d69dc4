// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "dsm.h"

#define FIRST	800
#define COUNT	2

/* The firmware's list, in the tool's words. */
static void expect_injected(unsigned int first, unsigned int count)
{
	char block[40], n[40];

	snprintf(block, sizeof(block), "\"block\":%u,", first);
	snprintf(n, sizeof(n), "\"count\":%u\n", count);
	ndctl("inject-error --status namespace0.0");
	EXPECT(ndctl_said(block) && ndctl_said(n),
	       "--status does not say %u +%u", first, count);
}

/*
 * The tool injects half of each sector.  The kernel hears of it; a read fails
 * and a write repairs, in the firmware's list as well.
 */
SCENARIO("ndctl inject-error makes sectors that cannot be read, but written",
	 .on = NFIT)
{
	struct injected inj;
	char buf[SECTOR];
	int rc;

	wait_scrub();
	ndctl("inject-error --block=%u --count=%u namespace0.0", FIRST, COUNT);
	EXPECT(wait_for_badblock(FIRST), "not in badblocks");
	wait_scrub();
	EXPECT(is_bad(FIRST, COUNT), "not all in badblocks");
	EXPECT(!has_badblock(FIRST - 1, FIRST - 1) &&
	       !has_badblock(FIRST + COUNT, FIRST + COUNT),
	       "a neighbour is in badblocks");
	ndctl("list -M");
	EXPECT(ndctl_said("\"badblock_count\":2"), "ndctl list counts others");
	EXPECT(ndctl_said("\"offset\":800"), "ndctl list has others");
	expect_injected(FIRST, COUNT);

	rc = dread(pmem(), FIRST * SECTOR, buf, SECTOR);
	EXPECT(rc == -EIO, "read: %s", strerror(-rc));
	memset(buf, 'n', sizeof(buf));
	rc = dwrite(pmem(), FIRST * SECTOR, buf, SECTOR);
	EXPECT(!rc, "write: %s", strerror(-rc));
	EXPECT(!is_bad(FIRST, 1), "still in badblocks");
	EXPECT(is_bad(FIRST + 1, 1), "the other one is no longer bad");
	expect_injected(FIRST + 1, COUNT - 1);

	ndctl("inject-error --uninject --block=%u --count=1 namespace0.0",
	      FIRST + 1);
	ndctl("inject-error --status namespace0.0");
	EXPECT(!ndctl_said("\"block\""), "--status still has an error");
	inject_status(&inj);
	EQUAL("errors of the firmware", inj.count, 0);
	EXPECT(is_bad(FIRST + 1, 1), "un-injecting has changed badblocks");
}
