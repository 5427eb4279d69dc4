/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An XFS that has every kind of metadata, where that lies on the medium, and what
 * is to happen when it goes bad there: the filesystem says so, goes on with what it
 * has in memory, and writes it again.
 */
#ifndef LAB_XFS_METADATA_H
#define LAB_XFS_METADATA_H

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "inject.h"

#define MANY		300U	/* names of a directory: more than fit in one block */
#define EXTENTS		60U	/* of a file: more than fit in its inode */
#define ATTR_LEN	20000U	/* more than fits in a block */

struct structure {
	const char *what;
	const char *where;	/* how xfs_db gets there */
	const char *name;	/* what the kernel is to call it */
	uint64_t phys;		/* find_structure() */
};

#define FS_HEADERS	"superblock/AG headers"
#define SPACE_BTREES	"AG free space btrees"
#define INODE_BTREES	"inode btrees"
#define THE_LOG		"the log"

/* ---- what is in it --------------------------------------------------------- */

static inline void make_directory(void)
{
	char path[80];
	unsigned int i;

	mkdir("/mnt/d", 0755);
	for (i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "/mnt/d/a-rather-long-name-%u", i);
		close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	}
}

static inline void make_attributes(void)
{
	static char value[ATTR_LEN];
	char name[20];
	int i;

	memset(value, 'a', sizeof(value));
	close(new_file("/mnt/x", PAGE));
	for (i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "user.%d", i);
		EXPECT(!setxattr("/mnt/x", name, value, 400, 0), "setxattr: %m");
	}
	EXPECT(!setxattr("/mnt/x", "user.x", value, ATTR_LEN, 0), "setxattr: %m");
}

static inline void make_extents(void)
{
	int fd = open("/mnt/e", O_CREAT | O_RDWR | O_CLOEXEC, 0644);
	unsigned int i;

	for (i = 0; i < EXTENTS; i++)
		EXPECT(pwrite(fd, "e", 1, 2 * i * PAGE) == 1, "pwrite: %m");
	close(fd);
}

#define MKFS	"mkfs.xfs -m rmapbt=1,reflink=1"

static inline void make_metadata(const char *mkfs)
{
	make_fs(mkfs, "dax=always");
	make_directory();
	make_attributes();
	make_extents();
	close(new_file("/mnt/f", 4 * PAGE));
	EXPECT(!sh("xfs_io -f -c 'reflink /mnt/f' /mnt/g >/dev/null"), "reflink");
	EXPECT(!umount("/mnt"), "umount: %m");
}

/* On a filesystem that is not mounted. */
static inline void find_structure(struct structure *s)
{
	unsigned long long sector;
	char cmd[200];
	FILE *f;

	snprintf(cmd, sizeof(cmd), "xfs_db -r %s -c daddr %s 2>&1", s->where,
		 pmem());
	f = popen(cmd, "r");
	EXPECT(f && fscanf(f, "current daddr is %llu", &sector) == 1,
	       "xfs_db does not find the %s", s->what);
	pclose(f);
	s->phys = pmem_base() + sector * SECTOR;
}

/* ---- its use --------------------------------------------------------------- */

static inline void mount_again(void)
{
	EXPECT(!mount(pmem(), "/mnt", "xfs", 0, "dax=always"), "mount: %m");
}

/* All that changed in memory is written; it stays there. */
static inline void write_metadata(void)
{
	int fd = open("/mnt", O_RDONLY | O_CLOEXEC);

	EXPECT(!ioctl(fd, FIFREEZE, 0), "FIFREEZE: %m");
	EXPECT(!ioctl(fd, FITHAW, 0), "FITHAW: %m");
	close(fd);
}

/* Blocks and inodes are allocated, shared and freed. */
static inline void expect_works(const char *what)
{
	static char buf[4 * PAGE];
	int fd;

	fd = open("/mnt/new", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	EXPECT(fd >= 0, "%s: no new file: %m", what);
	close(fd);
	fd = new_file("/mnt/new", 4 * PAGE);
	EXPECT(pread(fd, buf, sizeof(buf), 0) == sizeof(buf), "%s: pread: %m",
	       what);
	EXPECT(all(buf, 'a', sizeof(buf)), "%s: other data came back", what);
	close(fd);
	EXPECT(!sh("xfs_io -f -c 'reflink /mnt/f' /mnt/shared >/dev/null"),
	       "%s: reflink", what);
	EXPECT(!unlink("/mnt/new") && !unlink("/mnt/shared"), "%s: unlink: %m",
	       what);
	fd = open("/mnt", O_RDONLY | O_CLOEXEC);
	EXPECT(!syncfs(fd), "%s: syncfs: %m", what);
	close(fd);
}

/* Everything that make_metadata() has put there. */
static inline void expect_contents(void)
{
	static char buf[ATTR_LEN];
	unsigned int i;
	int fd;

	EXPECT(!sh("test $(ls -l /mnt/d | grep -c rather) = %u", MANY),
	       "names are missing");
	EXPECT(getxattr("/mnt/x", "user.x", buf, ATTR_LEN) == ATTR_LEN,
	       "getxattr: %m");
	EXPECT(all(buf, 'a', ATTR_LEN), "another attribute came back");
	fd = open("/mnt/e", O_RDONLY | O_CLOEXEC);
	for (i = 0; i < EXTENTS; i++)
		EXPECT(pread(fd, buf, 1, 2 * i * PAGE) == 1 && *buf == 'e',
		       "extent %u is lost", i);
	close(fd);
	fd = open("/mnt/g", O_RDONLY | O_CLOEXEC);
	EXPECT(pread(fd, buf, 4 * PAGE, 0) == 4 * PAGE && all(buf, 'a', 4 * PAGE),
	       "the contents of a file are lost");
	close(fd);
}

/* ---- errors ---------------------------------------------------------------- */

static inline bool nothing_is_bad(void *arg)
{
	(void)arg;
	return !has_badblock(0, -1ULL);
}

static inline bool kernel_said(void *name)
{
	return kmsg_has(name);
}

#define LOG_STEP	256U	/* changes of a file, each of them in the log */
#define LOG_STEPS	64U

static inline void write_log(void)
{
	int fd = open("/mnt/f", O_RDWR | O_CLOEXEC);
	unsigned int i;

	for (i = 0; i < LOG_STEP; i++) {
		EXPECT(!fchmod(fd, i % 2 ? 0600 : 0644), "fchmod: %m");
		EXPECT(!fsync(fd), "fsync: %m");
	}
	close(fd);
}

/* Until the log has come to what is bad ahead of it. */
static inline void expect_log_repaired(void)
{
	unsigned int i;

	for (i = 0; i < LOG_STEPS && has_badblock(0, -1ULL); i++)
		write_log();
	EXPECT(i < LOG_STEPS, "the log is not written over what is bad");
	write_log();
}

/* Whether an error of the kind counts as recovered is not the question here. */
static inline void inject_quietly(uint64_t phys)
{
	kmsg_mark();
	hwpoison_inject(CORRUPT, phys);
}

static inline void scrub_line(uint64_t phys)
{
	machine_check_scrub(phys, LINE);
}

static inline void expect_told(struct structure *s, void (*harm)(uint64_t))
{
	harm(s->phys);
	EXPECT(wait_for(kernel_said, (void *)s->name, 5000),
	       "%s: no word of the %s", s->what, s->name);
}

static inline void expect_repaired(struct structure *s)
{
	EXPECT(wait_for(nothing_is_bad, NULL, 10000),
	       "%s: not repaired, though it is in memory", s->what);
	EXPECT(in_direct_map(s->phys), "%s: not in the direct map", s->what);
}

/* @s goes bad, and its copy in memory is clean: it need not change. */
static inline void expect_written_again(struct structure *s,
					void (*harm)(uint64_t))
{
	expect_told(s, harm);
	expect_repaired(s);
	expect_works(s->what);
	write_metadata();
}

/* @s goes bad, and will be written because it has changed. */
static inline void expect_written_in_time(struct structure *s,
					  void (*harm)(uint64_t))
{
	expect_told(s, harm);
	expect_works(s->what);
	write_metadata();
	expect_repaired(s);
}

/* @s, which nobody has read, is bad; the administrator has a copy of it. */
static inline void expect_restored(struct structure *s, const void *copy)
{
	off_t at = (s->phys - pmem_base()) & ~(PAGE - 1);
	int rc;

	EXPECT(has_badblock(at / SECTOR, at / SECTOR + 7),
	       "%s: not in badblocks, though nobody has written it", s->what);
	EXPECT(!umount("/mnt"), "umount: %m");
	rc = dwrite(pmem(), at, copy, PAGE);
	EXPECT(!rc, "%s: write: %s", s->what, strerror(-rc));
	mount_again();
	expect_contents();
	expect_works(s->what);
}

/* A copy of the block of @s, on a filesystem that is not mounted. */
static inline void save_structure(struct structure *s, void *copy)
{
	off_t at;
	int rc;

	find_structure(s);
	at = (s->phys - pmem_base()) & ~(PAGE - 1);
	rc = dread(pmem(), at, copy, PAGE);
	EXPECT(!rc, "%s: read: %s", s->what, strerror(-rc));
}

/* A filesystem that has all of them in memory, clean. */
static inline void read_metadata(const char *mkfs, struct structure *s,
				 unsigned int n)
{
	unsigned int i;

	make_metadata(mkfs);
	for (i = 0; i < n; i++)
		find_structure(&s[i]);
	mount_again();
	expect_contents();
	expect_works("before");
	write_metadata();
}

static inline void expect_mounts_again(void)
{
	EXPECT(!umount("/mnt"), "umount: %m");
	mount_again();
	expect_contents();
	expect_works("after");
}

/* Each of them is found to be bad by a scrubber, and consumed. */
static inline void metadata_goes_bad(const char *mkfs, struct structure *s,
				     unsigned int n)
{
	unsigned int i;

	read_metadata(mkfs, s, n);
	for (i = 0; i < n; i++) {
		expect_written_again(&s[i], scrub_line);
		expect_written_again(&s[i], inject_quietly);
	}
	expect_mounts_again();
}

#endif
