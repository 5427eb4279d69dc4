// SPDX-License-Identifier: GPL-2.0
#include "volume.h"

#define LEN	(4 * PAGE)

static void grow_volume(void)
{
	EXPECT(!sh("dmsetup load --table '0 %lu linear %s 0' v0",
		   2 * LEG / SECTOR, pmem()), "dmsetup load");
	dmsetup("resume v0");
	EXPECT(!sh("xfs_growfs /mnt >/dev/null"), "xfs_growfs");
}

/* XFS puts its directories here and there, and their files beside them. */
static struct pair new_pair_behind(off_t end)
{
	struct pair pair;
	char dir[20];
	int i;

	for (i = 0; i < 16; i++) {
		snprintf(dir, sizeof(dir), "/mnt/%d", i);
		EXPECT(!sh("mkdir %s", dir), "mkdir");
		pair = new_pair(dir, LEN);
		if (pair_addr_of(&pair, 0) >= pmem_base() + end)
			return pair;
	}
	fail("no file lies behind the old end");
}

SCENARIO("a volume that has grown: a bad line behind the old end is told",
	 .audit = "C3", .on = NFIT | E820, .stock = "oopses in dax_lock_folio")
{
	struct pair pair;

	make_fs_on(new_linear_volume(pmem(), 0, LEG), "/mnt", REFLINK,
		   "dax=always");
	grow_volume();
	pair = new_pair_behind(LEG);
	machine_check_scrub(pair_addr_of(&pair, PAGE), LINE);
	expect_told(&pair, PAGE);
	EXPECT(!sh("touch /mnt/h"), "the filesystem was shut down");
}
