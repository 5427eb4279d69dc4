// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <sys/mman.h>
#include "lab.h"

static void hwpoison(void *p)
{
	madvise(p, PAGE, MADV_HWPOISON);
}

/* Such as Debian 12 makes them.  Nobody knows then whose the page is. */
SCENARIO("an error in a reflinked page of an XFS without reverse map",
	 .audit = "B6", .on = NFIT | E820,
	 .stock = "oopses in dax_lock_folio")
{
	uint64_t sector;
	char *p;
	int fd;

	make_fs("mkfs.xfs -m rmapbt=0,reflink=1", "dax=always");
	fd = new_file("/mnt/f", 4 * PAGE);
	EXPECT(!sh("xfs_io -f -c 'reflink /mnt/f' /mnt/g >/dev/null"), "reflink");
	p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	EXPECT(!touch(p + PAGE).taken, "SIGBUS");
	sector = (addr_of(p + PAGE) - pmem_base()) / SECTOR;
	catch_sigbus(hwpoison, p + PAGE);
	EXPECT(is_bad(sector, 8), "not in badblocks");
	EXPECT(!sh("touch /mnt/h"), "the filesystem was shut down");
}
