// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "dsm.h"

#define FIRST	800
#define COUNT	4

/* A latent error: no one knows of it until someone looks. */
SCENARIO("ndctl start-scrub finds what was injected with --no-notify",
	 .on = NFIT)
{
	char buf[SECTOR];
	int rc;

	wait_scrub();
	ndctl("inject-error --no-notify --block=%u --count=%u namespace0.0",
	      FIRST, COUNT);
	usleep(2000000);
	EXPECT(!has_badblock(0, -1ULL), "known without a notification");
	rc = dread(pmem(), FIRST * SECTOR, buf, SECTOR);
	EXPECT(!rc, "read before the scrub: %s", strerror(-rc));

	ndctl("start-scrub");
	ndctl("wait-scrub");
	EXPECT(ndctl_said("\"scrub_state\":\"idle\""), "wait-scrub: not idle");
	EXPECT(is_bad(FIRST, COUNT), "the scrub has not found it");
	rc = dread(pmem(), FIRST * SECTOR, buf, SECTOR);
	EXPECT(rc == -EIO, "read after the scrub: %s", strerror(-rc));
}
