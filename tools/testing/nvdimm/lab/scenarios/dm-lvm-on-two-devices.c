// SPDX-License-Identifier: GPL-2.0
#include "volume.h"

#define LEN	(4 * PAGE)
#define CONFIG								\
	"devices { use_devicesfile=0 obtain_device_list_from_udev=0 "	\
	"external_device_info_source=none } "				\
	"activation { udev_sync=0 udev_rules=0 monitoring=0 } "		\
	"backup { backup=0 archive=0 } global { locking_dir=/lock }"

static void lvm(const char *what)
{
	EXPECT(!sh("LVM_SYSTEM_DIR= lvm %s --config '" CONFIG "' >/lvm.log 2>&1 || "
		   "{ cat /lvm.log >/dev/kmsg; false; }", what), "lvm %s", what);
}

/* XFS has put a directory on each leg, one after the other. */
static struct pair new_pair_on_leg(int leg)
{
	static int n;
	struct pair pair;
	char dir[20];

	do {
		EXPECT(n < 16, "no directory is on leg %d", leg);
		snprintf(dir, sizeof(dir), "/mnt/%d", n++);
		EXPECT(!sh("mkdir %s", dir), "mkdir");
		pair = new_pair(dir, LEN);
	} while (!is_on_leg(pair_addr_of(&pair, 0), leg));
	return pair;
}

SCENARIO("XFS on LVM over two devices: only who shares what is bad is told",
	 .audit = "C3", .on = TWO, .stock = "oopses in dax_lock_folio")
{
	struct pair good, bad;

	lvm("pvcreate /dev/pmem0 /dev/pmem1");
	lvm("vgcreate vg /dev/pmem0 /dev/pmem1");
	lvm("lvcreate -y -Wn -Zn -l 100%VG -n lv vg");
	make_fs_on(DM, "/mnt", REFLINK, "dax=always");
	good = new_pair_on_leg(0);
	bad = new_pair_on_leg(1);
	machine_check_scrub(pair_addr_of(&bad, PAGE), LINE);
	expect_told(&bad, PAGE);
	expect_left_alone(&good, LEN);
	machine_check_scrub(pair_addr_of(&good, 2 * PAGE), LINE);
	expect_told(&good, 2 * PAGE);
	EXPECT(!sh("touch /mnt/h"), "the filesystem was shut down");
}
