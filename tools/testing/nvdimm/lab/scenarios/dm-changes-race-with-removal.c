// SPDX-License-Identifier: GPL-2.0
#include <sys/prctl.h>
#include "removal.h"
#include "volume.h"

#define ROUNDS	3
#define SIZE	(LEG - 4 * MIB)

#define STOP	"/stop"

/* Also when there is nothing any more to make a table of. */
static void change_tables(void)
{
	unsigned int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; access(STOP, F_OK); i++)
		sh("{ dmsetup suspend --noudevsync v; "
		   "dmsetup load --table '0 %lu linear %s 2048' v; "
		   "dmsetup resume --noudevsync v; "
		   "dmsetup create --noudevsync w --table '0 %lu linear %s 2048'; "
		   "dmsetup remove --noudevsync w; } >/dev/null 2>&1",
		   (SIZE + i % 3 * MIB) / SECTOR, pmem(), SIZE / SECTOR, pmem());
}

static void remove_during_changes(const char *mkfs, const char *opts)
{
	pid_t changer;

	EXPECT(!sh("dmsetup create --noudevsync v --table '0 %lu linear %s 2048'",
		   SIZE / SECTOR, pmem()), "dmsetup create");
	make_fs_on(DM, "/mnt", mkfs, opts);
	map_page(new_file("/mnt/f", 4 * PAGE));
	start_use();
	changer = start(change_tables);
	sleep(1);
	unbind_pmem();
	expect_revoked();
	EXPECT(!sh("touch " STOP), "touch");
	join(changer);
	EXPECT(!unlink(STOP), "unlink: %m");
	EXPECT(!umount("/mnt"), "umount: %m");
	EXPECT(!sh("dmsetup remove --noudevsync v"), "dmsetup remove");
	bind_pmem();
}

SCENARIO("the memory is removed while the volume changes: nobody has it any more",
	 .audit = "B5 C3", .on = NFIT | E820,
	 .stock = "fails: a process still reads")
{
	int i;

	for (i = 0; i < ROUNDS; i++)
		if (i % 2)
			remove_during_changes("mkfs.ext4 -b 4096", "dax");
		else
			remove_during_changes("mkfs.xfs -m rmapbt=1",
					      "dax=always");
}
