// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include "lab.h"

/* The block belongs to nobody when it goes bad, and is written later. */
SCENARIO("write a block that went bad in XFS's free space",
	 .audit = "B1a", .on = NFIT | E820, .stock = "oopses in __memcpy_flushcache")
{
	char buf[PAGE];
	uint64_t phys;
	int fd, rc;

	make_fs("mkfs.xfs -m rmapbt=1", "");
	fd = new_file("/mnt/f", 16 * PAGE);
	phys = block_addr(fd, 5 * PAGE);
	close(fd);
	unlink("/mnt/f");
	drop_caches();
	machine_check_scrub(phys, LINE);
	EXPECT(!umount("/mnt"), "umount: %m");
	memset(buf, 'n', PAGE);
	rc = dwrite(pmem(), phys - pmem_base(), buf, PAGE);
	EXPECT(!rc, "write: %s", strerror(-rc));
	memset(buf, 0, PAGE);
	rc = dread(pmem(), phys - pmem_base(), buf, PAGE);
	EXPECT(!rc, "read: %s", strerror(-rc));
	EXPECT(all(buf, 'n', PAGE), "other data came back");
}
