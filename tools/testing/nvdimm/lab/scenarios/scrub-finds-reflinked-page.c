// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include "lab.h"

/* A page of two files has no mapping that leads to both; XFS knows them. */
SCENARIO("a bad sector of a reflinked page is unmapped from both files",
	 .audit = "C5", .on = NFIT | E820,
	 .stock = "fails: still mapped")
{
	struct sigbus got;
	uint64_t phys;
	char *p, *q;
	int fd;

	make_fs("mkfs.xfs -m rmapbt=1,reflink=1", "dax=always");
	fd = new_file("/mnt/f", 4 * PAGE);
	EXPECT(!sh("xfs_io -f -c 'reflink /mnt/f' /mnt/g >/dev/null"), "reflink");
	p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	fd = open("/mnt/g", O_RDONLY);
	q = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	EXPECT(!touch(p + PAGE).taken && !touch(q + PAGE).taken, "SIGBUS");
	phys = addr_of(p + PAGE);
	EXPECT(phys == addr_of(q + PAGE), "the files do not share the page");
	set_badblock((phys - pmem_base()) / SECTOR, 1);
	EXPECT(!addr_of(p + PAGE) && !addr_of(q + PAGE), "still mapped");
	got = touch(q + PAGE);
	EXPECT(got.taken && got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT(!touch(p).taken, "SIGBUS in the page before it");
	EXPECT(!sh("touch /mnt/h"), "the filesystem was shut down");
}
