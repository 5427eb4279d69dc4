// SPDX-License-Identifier: GPL-2.0
#include "hwpoison.h"
#include "partition.h"
#include "user.h"

SCENARIO("XFS with reflink on a partition has DAX, and all users are told",
	 .audit = "C3", .on = NFIT | E820, .stock = "fails: mount -o dax=always")
{
	struct user *other;
	char *p;
	int fd;

	make_fs_on(new_partition(1), "/mnt", "mkfs.xfs -m rmapbt=1,reflink=1",
		   "dax=always");
	close(new_file("/mnt/f", 4 * PAGE));
	EXPECT(!sh("xfs_io -f -c 'reflink /mnt/f' /mnt/g >/dev/null"), "reflink");
	other = new_user("/mnt/g", 4 * PAGE, EARLY);
	fd = open("/mnt/f", O_RDONLY | O_CLOEXEC);
	p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	EXPECT(!touch(p + PAGE).taken, "SIGBUS");
	EXPECT(addr_of(p + PAGE) == user_addr_of(other, other->map + PAGE),
	       "the files do not share the page");
	EXPECT(addr_of(p + PAGE) == block_addr(fd, PAGE) + PART_AT(1),
	       "the page is not the block");
	EXPECT(hwpoison(p + PAGE).addr == p + PAGE, "another address");
	expect_early(other, other->map + PAGE);
	expect_lost(other, other->map + PAGE, "the other file");
	EXPECT(!sh("touch /mnt/h"), "the filesystem was shut down");
}
