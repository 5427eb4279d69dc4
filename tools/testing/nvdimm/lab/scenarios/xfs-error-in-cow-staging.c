// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <linux/fsmap.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "inject.h"

#define OWN_COW	FMR_OWNER('X', 7)	/* XFS_FMR_OWN_COW */
#define STAGED	16	/* pages; a small write takes one of them */

/* The reverse map says it of the block at @phys. */
static bool is_staged(uint64_t phys)
{
	uint64_t at = phys - pmem_base();
	static struct {
		struct fsmap_head head;
		struct fsmap rec[64];
	} m = { .head = { .fmh_count = 64 } };
	int fd = open("/mnt", O_RDONLY | O_CLOEXEC);
	unsigned int i;

	memset(&m.head.fmh_keys[1], 0xff, offsetof(struct fsmap, fmr_length));
	EXPECT(!ioctl(fd, FS_IOC_GETFSMAP, &m), "GETFSMAP: %m");
	close(fd);
	for (i = 0; i < m.head.fmh_entries; i++)
		if (m.rec[i].fmr_physical <= at &&
		    at - m.rec[i].fmr_physical < m.rec[i].fmr_length)
			return m.rec[i].fmr_owner == OWN_COW;
	return false;
}

static void write_page(int fd, unsigned int page)
{
	static char buf[PAGE];

	memset(buf, 'n', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, page * PAGE) == PAGE, "pwrite of page %u: %m",
	       page);
}

static int open_copy(void)
{
	int fd = new_file("/mnt/f", STAGED * PAGE);

	close(fd);
	EXPECT(!sh("xfs_io -f -c 'cowextsize 64k' -c 'reflink /mnt/f' /mnt/g >/dev/null"),
	       "reflink");
	fd = open("/mnt/g", O_RDWR | O_CLOEXEC);
	EXPECT(fd >= 0, "open: %m");
	return fd;
}

/* They are set aside for the copy on write of a file, and hold nothing yet. */
SCENARIO("an error in blocks that are staged for copy on write: they are repaired",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	static char buf[STAGED * PAGE];
	uint64_t phys;
	int fd;

	make_fs("mkfs.xfs -m rmapbt=1,reflink=1", "dax=always");
	fd = open_copy();
	write_page(fd, 0);
	phys = block_addr(fd, 0);
	EXPECT(is_staged(phys + PAGE) && is_staged(phys + 2 * PAGE),
	       "nothing is staged behind the page that was written");
	machine_check_scrub(phys + PAGE, LINE);
	hwpoison_inject(CORRUPT, phys + 2 * PAGE);
	EXPECT(is_bad((phys + 2 * PAGE - pmem_base()) / SECTOR, 8),
	       "not in badblocks");
	EXPECT(!sh("touch /mnt/new"), "the filesystem was shut down");
	write_page(fd, 1);
	write_page(fd, 2);
	EXPECT(block_addr(fd, PAGE) == phys + PAGE, "another block was taken");
	EXPECT(!fsync(fd), "fsync: %m");
	EXPECT(pread(fd, buf, sizeof(buf), 0) == sizeof(buf), "pread: %m");
	EXPECT(all(buf, 'n', 3 * PAGE) && all(buf + 3 * PAGE, 'a', 13 * PAGE),
	       "other data came back");
	EXPECT(!has_badblock(0, -1ULL), "written, but in badblocks");
}
