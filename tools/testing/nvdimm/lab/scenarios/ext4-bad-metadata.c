// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lab.h"

#define MKFS		"mkfs.ext4 -b 4096 -O extents,^64bit"
#define ROOT_INODE	(1 * 256)	/* in the inode table; number 2 */

static uint32_t word(off_t at)
{
	static uint8_t block[PAGE];
	uint32_t value;
	int rc = dread(pmem(), at & ~(PAGE - 1), block, PAGE);

	EXPECT(!rc, "read: %s", strerror(-rc));
	memcpy(&value, block + at % PAGE, sizeof(value));
	return value;
}

/* bg_inode_table_lo of the first descriptor, in the block after the superblock */
static off_t inode_table(void)
{
	return word(PAGE + 8) * PAGE;
}

/* ee_start_lo of the first extent, after i_block's header */
static off_t root_directory(void)
{
	off_t at = word(inode_table() + ROOT_INODE + 40 + 12 + 8) * PAGE;

	EXPECT(word(at) == 2, "the directory is not at %#llx", (long long)at);
	return at;
}

static void change_all(void)
{
	close(new_file("/mnt/new", 64 * PAGE));
	EXPECT(!chmod("/mnt", 0700) && !chmod("/mnt", 0755), "chmod: %m");
	sync();
}

/* The block stays in memory, and is written when it changes; the superblock, now. */
static void metadata_goes_bad(const char *what, off_t at)
{
	EXPECT(!mount(pmem(), "/mnt", "ext4", 0, "dax"), "mount: %m");
	change_all();
	machine_check_scrub(pmem_base() + at, LINE);
	EXPECT(is_bad(at / SECTOR, 1), "%s: not in badblocks", what);
	change_all();
	EXPECT(!unlink("/mnt/new"), "%s: unlink: %m", what);
	EXPECT(!umount("/mnt"), "%s: umount: %m", what);
	EXPECT(!has_badblock(0, -1ULL), "%s: written, but in badblocks", what);
}

SCENARIO("ext4 goes on when its metadata goes bad, and writes it again",
	 .on = NFIT | E820, .stock_e820 = "fails: superblock: not in badblocks")
{
	make_fs(MKFS, "dax");
	close(new_file("/mnt/f", 4 * PAGE));
	EXPECT(!umount("/mnt"), "umount: %m");
	metadata_goes_bad("superblock", 1024);
	metadata_goes_bad("group descriptor", PAGE);
	metadata_goes_bad("inode table", inode_table());
	metadata_goes_bad("root directory", root_directory());
	EXPECT(!mount(pmem(), "/mnt", "ext4", 0, "dax"), "mount: %m");
	EXPECT(!access("/mnt/f", R_OK), "a file is lost");
}
