// SPDX-License-Identifier: GPL-2.0
#include "removal.h"
#include "volume.h"

/* The filesystem writes what it has, when the device takes it. */
SCENARIO("unbind under a suspended volume: over when it resumes, the memory gone",
	 .audit = "B5 C3", .on = NFIT | E820,
	 .stock = "fails: a process still reads")
{
	pid_t remover;

	make_fs_on(new_linear_volume(pmem(), MIB, LEG), "/mnt",
		   "mkfs.xfs -m rmapbt=1", "dax=always");
	map_page(new_file("/mnt/f", 4 * PAGE));
	start_use();
	dmsetup("suspend v0");
	pmem_base();	/* which is not to be had later */
	remover = start(unbind_pmem);
	wait_for(has_ended, &remover, 2000);
	dmsetup("resume v0");
	EXPECT(wait_for(has_ended, &remover, 20000), "unbind hangs");
	join(remover);
	expect_revoked();
	EXPECT(!umount("/mnt"), "umount: %m");
	dmsetup("remove v0");
	bind_and_use();
}
