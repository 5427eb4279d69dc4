// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "xfs-metadata.h"

static void expect_unreadable(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c;

	EXPECT(fd < 0 || read(fd, &c, 1) < 0, "%s can be read", path);
	EXPECT(errno == EIO, "%s: %m", path);
	close(fd);
}

static void read_attribute(void)
{
	static char value[PAGE];

	EXPECT(getxattr("/mnt/x", "user.0", value, PAGE) < 0,
	       "the attribute can be read");
	EXPECT(errno == EIO, "getxattr: %m");
}

/* One of a chunk without free inodes: no new file asks for it. */
static void read_inode(void)
{
	expect_unreadable("/mnt/d/a-rather-long-name-100");
}

static void read_extents(void)
{
	expect_unreadable("/mnt/e");
}

static void read_nothing(void)
{
}

static void goes_bad(struct structure *s, void (*harm)(uint64_t),
		     void (*read)(void))
{
	static char copy[PAGE];

	make_metadata(MKFS);
	save_structure(s, copy);
	mount_again();
	expect_told(s, harm);
	read();
	expect_works(s->what);
	expect_restored(s, copy);
	EXPECT(!umount("/mnt"), "umount: %m");
}

SCENARIO("XFS goes on when metadata goes bad that it has not read: EIO there",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	static struct structure s[] = {
		{ "leaf of attributes", "-c 'path /x' -c 'ablock 0'",
		  "attribute fork", 0 },
		{ "bmbt", "-c 'path /e' -c 'addr u3.bmbt.ptrs[1]'",
		  "extent map btree", 0 },
		{ "inode", "-c 'path /d/a-rather-long-name-100'", "inodes", 0 },
		{ "superblock of AG 1", "-c 'sb 1'", FS_HEADERS, 0 },
	};

	goes_bad(&s[0], scrub_line, read_attribute);
	goes_bad(&s[1], scrub_line, read_extents);
	goes_bad(&s[2], inject_quietly, read_inode);
	goes_bad(&s[3], scrub_line, read_nothing);
}
