// SPDX-License-Identifier: GPL-2.0
#define WC	"/dev/dm-1"
#define ORIGIN	"/dev/dm-0"
#include "writecache.h"

static void set_origin(const char *target)
{
	EXPECT(!sh("dmsetup load origin --table '0 %lu %s'", ORIGIN_SECTORS,
		   target), "dmsetup load: %s", target);
	EXPECT(!sh("dmsetup suspend --noudevsync --nolockfs origin") &&
	       !sh("dmsetup resume --noudevsync origin"), "new table: %s", target);
}

/* Resuming it does not read the cache any more; that is not as if it were empty. */
SCENARIO("dm-writecache is resumed after an error, and gives nobody old data of the origin",
	 .on = NFIT | E820, .stock = "fails: block 3 of /dev/dm-1 has other data")
{
	EXPECT(!sh("dmsetup create --noudevsync origin --table "
		   "'0 %lu linear /dev/ram0 0'", ORIGIN_SECTORS), "linear");
	new_dirty_cache();
	set_origin("error");
	EXPECT(!write_back(), "all has been written back");
	set_origin("linear /dev/ram0 0");
	expect_content(WC, 3, 'a' + 3);
	EXPECT(!sh("dmsetup suspend --noudevsync wc"), "suspend");
	EXPECT(!sh("dmsetup resume --noudevsync wc"), "resume");
	if (dread(WC, 3 * PAGE, wc_buf, PAGE) != -EIO)
		expect_content(WC, 3, 'a' + 3);
	deactivate();
	activate();
	expect_dirty(WC, 0, DIRTY);
	EXPECT(write_back(), "not written back");
	expect_dirty(ORIGIN, 0, DIRTY);
}
