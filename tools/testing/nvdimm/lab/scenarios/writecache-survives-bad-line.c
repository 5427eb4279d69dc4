// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "lab.h"

/*
 * Nobody but the target uses the cache, through a pointer that it keeps.  The
 * bad line is in the metadata that every write changes.
 */
SCENARIO("dm-writecache goes on when a line of its metadata goes bad",
	 .audit = "B17", .on = NFIT | E820)
{
	static char buf[PAGE];
	off_t at;
	int rc;

	EXPECT(!sh("dd if=/dev/zero of=%s bs=1M count=1 2>/dev/null", pmem()),
	       "clearing the old superblock");
	EXPECT(!sh("dmsetup create --noudevsync part --table '0 131072 linear %s 0'",
		   pmem()), "dmsetup create: linear");
	EXPECT(!sh("dmsetup create --noudevsync wc --table '0 8192 writecache p /dev/ram0 /dev/dm-0 4096 0'"),
	       "dmsetup create: writecache");
	memset(buf, 'n', PAGE);
	rc = dwrite("/dev/dm-1", 0, buf, PAGE);
	EXPECT(!rc, "first write: %s", strerror(-rc));
	machine_check_scrub(pmem_base() + 1024, LINE);
	for (at = PAGE; at < 64 * (off_t)PAGE; at += PAGE) {
		rc = dwrite("/dev/dm-1", at, buf, PAGE);
		EXPECT(!rc, "write at %lld: %s", (long long)at, strerror(-rc));
	}
	memset(buf, 0, PAGE);
	rc = dread("/dev/dm-1", PAGE, buf, PAGE);
	EXPECT(!rc && all(buf, 'n', PAGE), "read back: %s", strerror(-rc));
}
