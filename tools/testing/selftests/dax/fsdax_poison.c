// SPDX-License-Identifier: GPL-2.0
/*
 * Memory errors under files on a pmem disk (filesystem DAX): who touches a bad page
 * gets SIGBUS, in every process and every new mapping; nobody beside it does; and
 * writing it is all that it takes to have it back.
 *
 * See dax_test.h for the device and what may be done to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "dax_area.h"

#define FS_BYTES	(512UL << 20)	/* of the device are used */
#define FILE_BYTES	(32UL << 20)
#define DIR		"/mnt"		/* of this process only */

/* ---- a filesystem of this process's own ------------------------------------ */

struct fs_type {
	const char *name;
	const char *mkfs;	/* block size, stripe in blocks (twice), device */
};

static const struct fs_type ext4 = {
	.name = "ext4",
	.mkfs = "mkfs.ext4 -q -F -b %zu -E stride=%zu,stripe_width=%zu '%s' 512M",
};

#define XFS_DATA "-b size=%zu -d sunit=%zu,swidth=%zu,size=512m,agcount=2 '%s'"

static const struct fs_type xfs = {
	.name = "xfs",
	.mkfs = "mkfs.xfs -q -f -m rmapbt=1,reflink=1 " XFS_DATA,
};

static const struct fs_type xfs_without_rmapbt = {
	.name = "xfs",
	.mkfs = "mkfs.xfs -q -f -m rmapbt=0,reflink=1 " XFS_DATA,
};

struct dax_fs {
	struct dax_area area;	/* of a file */
	const struct fs_type *type;
	bool mounted;
};

/* Once the device may be overwritten. */
static void make_fs(struct __test_metadata *_metadata, struct dax_fs *fs)
{
	const struct fs_type *type = fs->type;
	const char *path = fs->area.dev.path;
	/* mkfs.xfs counts sectors. */
	size_t unit = strcmp(type->name, "xfs") ? fs->area.page : SECTOR;
	size_t stripe = PMD_BYTES / unit;

	/* What is mounted is seen by nobody else, and goes with this process. */
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ASSERT_EQ(0, dax_run(type->mkfs, fs->area.page, stripe, stripe, path));
	ASSERT_EQ(0, mount(path, DIR, type->name, 0, "dax=always"))
		TH_LOG("mount -t %s: %s", type->name, strerror(errno));
	fs->mounted = true;
}

/* XFS allocates by 2 MiB when it is told so; ext4 does it with a stripe. */
static void want_large_extents(int fd)
{
	struct fsxattr attr;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &attr))
		return;
	attr.fsx_xflags |= FS_XFLAG_EXTSIZE;
	attr.fsx_extsize = PMD_BYTES;
	ioctl(fd, FS_IOC_FSSETXATTR, &attr);
}

/* Where on the disk @off of the file is; 0 when it is not known. */
static uint64_t disk_offset(int fd, off_t off, uint64_t *len)
{
	struct {
		struct fiemap map;
		struct fiemap_extent extent;
	} f = { .map = {
		.fm_start = off, .fm_length = FILE_BYTES, .fm_extent_count = 1,
		.fm_flags = FIEMAP_FLAG_SYNC,
	} };
	uint64_t skip;

	if (ioctl(fd, FS_IOC_FIEMAP, &f) || f.map.fm_mapped_extents != 1 ||
	    f.extent.fe_logical > (uint64_t)off)
		return 0;
	skip = off - f.extent.fe_logical;
	*len = f.extent.fe_length - skip;
	return f.extent.fe_physical + skip;
}

/* Find a place in the file that one extent holds; for 2 MiB, aligned. */
static bool find_place(struct dax_area *a)
{
	uint64_t len;

	for (a->at = 0; a->at < (off_t)FILE_BYTES; a->at += PMD_BYTES) {
		a->disk = disk_offset(a->fd, a->at, &len);
		if (a->disk && len >= a->len &&
		    (a->len < PMD_BYTES || a->disk % PMD_BYTES == 0))
			return true;
	}
	return false;
}

static int fill_file(int fd, char c)
{
	char *buf = malloc(PMD_BYTES);
	off_t at;
	int rc = buf ? 0 : -ENOMEM;

	if (buf)
		memset(buf, c, PMD_BYTES);
	for (at = 0; !rc && at < (off_t)FILE_BYTES; at += PMD_BYTES)
		if (pwrite(fd, buf, PMD_BYTES, at) != (ssize_t)PMD_BYTES)
			rc = -EIO;
	free(buf);
	return rc ?: fsync(fd) ? -errno : 0;
}

/* A file of 'a', of which a part is mapped. */
static void make_file(struct __test_metadata *_metadata, struct dax_fs *fs)
{
	struct dax_area *a = &fs->area;

	a->fd = open(DIR "/f", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ASSERT_LE(0, a->fd);
	if (!strcmp(fs->type->name, "xfs"))
		want_large_extents(a->fd);
	ASSERT_EQ(0, fallocate(a->fd, 0, 0, FILE_BYTES));
	ASSERT_EQ(0, fill_file(a->fd, 'a'));
	if (!find_place(a))
		SKIP(return, "%s made no extent of that size", fs->type->name);
	a->map = dax_map(a->fd, a->at, a->len);
	ASSERT_NE(NULL, a->map);
	ASSERT_FALSE(dax_load(a->map).taken);
	if (a->len >= PMD_BYTES && !dax_mapped_huge(a->map))
		SKIP(return, "the device is not mapped by 2 MiB");
	area_begin(_metadata, a);
}

/* SKIP where the device, the filesystem or the injector is missing. */
static void fs_setup(struct __test_metadata *_metadata, struct dax_fs *fs,
		     const struct fs_type *type, bool huge,
		     const struct dax_injector *injector)
{
	struct dax_area *a = &fs->area;

	fs->type = type;
	if (!area_open(_metadata, a, true, FS_BYTES, injector))
		return;
	a->len = huge ? PMD_BYTES : 16 * a->page;
	if (dax_run("command -v mkfs.%s", type->name))
		SKIP(return, "no mkfs.%s", type->name);
	make_fs(_metadata, fs);
	make_file(_metadata, fs);
}

static void fs_leave(struct __test_metadata *_metadata, struct dax_fs *fs)
{
	dax_let_go();
	if (fs->area.fd >= 0)
		close(fs->area.fd);
	fs->area.fd = -1;
	if (fs->mounted)
		EXPECT_EQ(0, umount(DIR)) TH_LOG("umount: %s", strerror(errno));
	fs->mounted = false;
}

static void fs_teardown(struct __test_metadata *_metadata, struct dax_fs *fs)
{
	fs_leave(_metadata, fs);
	area_end(_metadata, &fs->area);
}

/* ---- every injector, filesystem and size of a mapping ---------------------- */

FIXTURE(fsdax)
{
	struct dax_fs fs;
};

FIXTURE_VARIANT(fsdax)
{
	const struct fs_type *type;
	bool huge;
	const struct dax_injector *injector;
};

FIXTURE_VARIANT_ADD(fsdax, ext4_4k_madvise)
{
	.type = &ext4, .injector = &dax_madvise,
};

FIXTURE_VARIANT_ADD(fsdax, ext4_2m_madvise)
{
	.type = &ext4, .huge = true, .injector = &dax_madvise,
};

FIXTURE_VARIANT_ADD(fsdax, xfs_4k_madvise)
{
	.type = &xfs, .injector = &dax_madvise,
};

FIXTURE_VARIANT_ADD(fsdax, xfs_2m_madvise)
{
	.type = &xfs, .huge = true, .injector = &dax_madvise,
};

FIXTURE_VARIANT_ADD(fsdax, ext4_4k_hwpoison)
{
	.type = &ext4, .injector = &dax_hwpoison,
};

FIXTURE_VARIANT_ADD(fsdax, ext4_2m_hwpoison)
{
	.type = &ext4, .huge = true, .injector = &dax_hwpoison,
};

FIXTURE_VARIANT_ADD(fsdax, xfs_4k_hwpoison)
{
	.type = &xfs, .injector = &dax_hwpoison,
};

FIXTURE_VARIANT_ADD(fsdax, xfs_2m_hwpoison)
{
	.type = &xfs, .huge = true, .injector = &dax_hwpoison,
};

FIXTURE_VARIANT_ADD(fsdax, ext4_4k_badblocks)
{
	.type = &ext4, .injector = &dax_badblocks,
};

FIXTURE_VARIANT_ADD(fsdax, ext4_2m_badblocks)
{
	.type = &ext4, .huge = true, .injector = &dax_badblocks,
};

FIXTURE_VARIANT_ADD(fsdax, xfs_4k_badblocks)
{
	.type = &xfs, .injector = &dax_badblocks,
};

FIXTURE_VARIANT_ADD(fsdax, xfs_2m_badblocks)
{
	.type = &xfs, .huge = true, .injector = &dax_badblocks,
};

FIXTURE_VARIANT_ADD(fsdax, ext4_4k_ndctl)
{
	.type = &ext4, .injector = &dax_ndctl,
};

FIXTURE_VARIANT_ADD(fsdax, ext4_2m_ndctl)
{
	.type = &ext4, .huge = true, .injector = &dax_ndctl,
};

FIXTURE_VARIANT_ADD(fsdax, xfs_4k_ndctl)
{
	.type = &xfs, .injector = &dax_ndctl,
};

FIXTURE_VARIANT_ADD(fsdax, xfs_2m_ndctl)
{
	.type = &xfs, .huge = true, .injector = &dax_ndctl,
};

/* These errors are real, and a machine check each: not in all variants. */
FIXTURE_VARIANT_ADD(fsdax, ext4_4k_einj)
{
	.type = &ext4, .injector = &dax_einj,
};

FIXTURE_VARIANT_ADD(fsdax, xfs_2m_einj)
{
	.type = &xfs, .huge = true, .injector = &dax_einj,
};

FIXTURE_SETUP(fsdax)
{
	fs_setup(_metadata, &self->fs, variant->type, variant->huge,
		 variant->injector);
}

FIXTURE_TEARDOWN(fsdax)
{
	fs_teardown(_metadata, &self->fs);
}

TEST_F_TIMEOUT(fsdax, refused, TEST_SECONDS)
{
	test_refused(_metadata, &self->fs.area, variant->injector);
}

TEST_F_TIMEOUT(fsdax, read, TEST_SECONDS)
{
	test_read(_metadata, &self->fs.area, variant->injector);
}

TEST_F_TIMEOUT(fsdax, pwrite_repairs, TEST_SECONDS)
{
	test_pwrite(_metadata, &self->fs.area, variant->injector);
}

TEST_F_TIMEOUT(fsdax, early_kill, TEST_SECONDS)
{
	test_other_process(_metadata, &self->fs.area, variant->injector, true);
}

TEST_F_TIMEOUT(fsdax, late_kill, TEST_SECONDS)
{
	test_other_process(_metadata, &self->fs.area, variant->injector, false);
}

TEST_F_TIMEOUT(fsdax, unpoison, TEST_SECONDS)
{
	test_unpoison(_metadata, &self->fs.area, variant->injector);
}

/* ---- what does not depend on where the error comes from -------------------- */

FIXTURE(fsdax_file)
{
	struct dax_fs fs;
	char *buf;
};

FIXTURE_VARIANT(fsdax_file)
{
	const struct fs_type *type;
};

FIXTURE_VARIANT_ADD(fsdax_file, ext4) { .type = &ext4 };
FIXTURE_VARIANT_ADD(fsdax_file, xfs) { .type = &xfs };

FIXTURE_SETUP(fsdax_file)
{
	fs_setup(_metadata, &self->fs, variant->type, false, &dax_badblocks);
	self->buf = malloc(self->fs.area.len);
}

FIXTURE_TEARDOWN(fsdax_file)
{
	fs_teardown(_metadata, &self->fs);
	free(self->buf);
}

TEST_F_TIMEOUT(fsdax_file, madvise_signals_caller, TEST_SECONDS)
{
	test_madvise_signal(_metadata, &self->fs.area);
}

TEST_F_TIMEOUT(fsdax_file, bad_page_as_buffer, TEST_SECONDS)
{
	test_as_buffer(_metadata, &self->fs.area, &dax_badblocks);
}

TEST_F_TIMEOUT(fsdax_file, write_part_of_bad_sector, TEST_SECONDS)
{
	test_part_of_sector(_metadata, &self->fs.area, &dax_badblocks);
}

/* Data that was stored, and not yet synced, is lost: fsync() says so, once. */
TEST_F_TIMEOUT(fsdax_file, fsync_tells_of_lost_data, TEST_SECONDS)
{
	struct dax_area *a = &self->fs.area;
	int error;

	ASSERT_FALSE(dax_store(a->bad, 'b').taken);
	ASSERT_FALSE(dax_store(a->bad + a->page, 'b').taken);
	dax_madvise_hwpoison(a->bad, &error);
	ASSERT_EQ(0, error);
	EXPECT_EQ(-1, fsync(a->fd));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(0, fsync(a->fd));
	EXPECT_EQ('b', a->bad[a->page]);
}

/* fallocate() with @mode of the bad page and the next, then a byte of each. */
static void zero(struct __test_metadata *_metadata, struct dax_area *a, int mode,
		 char *buf)
{
	size_t bad = BAD_PAGE * a->page, byte = BAD_SECTOR * SECTOR + 7;

	ASSERT_EQ(0, inject(a, &dax_badblocks));
	ASSERT_EQ(0, fallocate(a->fd, mode | FALLOC_FL_KEEP_SIZE, a->at + bad,
			       2 * a->page)) TH_LOG("%s", strerror(errno));
	ASSERT_EQ((ssize_t)a->len, pread(a->fd, buf, a->len, a->at));
	EXPECT_TRUE(dax_all(buf, 'a', bad));
	EXPECT_TRUE(dax_all(buf + bad, 0, 2 * a->page));
	EXPECT_TRUE(dax_all(buf + bad + 2 * a->page, 'a',
			    a->len - bad - 2 * a->page));
	ASSERT_EQ(1, pwrite(a->fd, "n", 1, a->at + bad + byte));
	ASSERT_FALSE(dax_load(a->bad).taken);
	EXPECT_TRUE(dax_all(a->bad, 0, byte));
	EXPECT_EQ('n', a->bad[byte]);
	EXPECT_TRUE(dax_all(a->bad + byte + 1, 0, a->page - byte - 1));
	EXPECT_FALSE(dax_store(a->bad + a->page, 'm').taken);
	EXPECT_EQ(0, fsync(a->fd));
}

TEST_F_TIMEOUT(fsdax_file, zero_range, TEST_SECONDS)
{
	zero(_metadata, &self->fs.area, FALLOC_FL_ZERO_RANGE, self->buf);
}

TEST_F_TIMEOUT(fsdax_file, punch_hole, TEST_SECONDS)
{
	zero(_metadata, &self->fs.area, FALLOC_FL_PUNCH_HOLE, self->buf);
}

/* The record is the device's: to mount it anew does not make the page good. */
TEST_F_TIMEOUT(fsdax_file, record_survives_umount, TEST_SECONDS)
{
	struct dax_fs *fs = &self->fs;
	struct dax_area *a = &fs->area;

	ASSERT_EQ(0, inject(a, &dax_badblocks));
	fs_leave(_metadata, fs);
	ASSERT_EQ(0, mount(a->dev.path, DIR, fs->type->name, 0, "dax=always"));
	fs->mounted = true;
	a->fd = open(DIR "/f", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, a->fd);
	a->map = dax_map(a->fd, a->at, a->len);
	ASSERT_NE(NULL, a->map);
	expect_refused(_metadata, a, a->map);
}

/* The program beside this one; 0 or -errno. */
static int find_program(const char *name, char *path, size_t len)
{
	ssize_t n = readlink("/proc/self/exe", path, len - 1);
	char *dir_end;

	if (n < 0)
		return -errno;
	path[n] = 0;
	dir_end = strrchr(path, '/') + 1;
	snprintf(dir_end, path + len - dir_end, "%s", name);
	return access(path, X_OK) ? -errno : 0;
}

/*
 * sigbus-repair FILE COPY, the example of Documentation/filesystems/dax.rst: it
 * reads the file, and takes from the copy what is bad, and no more.
 */
static void repair_by_example(struct __test_metadata *_metadata,
			      struct dax_area *a, const char *program,
			      const struct dax_injector *injector)
{
	size_t bad = bad_in_map(a, injector), len = bad_len(a, injector);

	ASSERT_EQ(0, inject(a, injector));
	EXPECT_EQ(1, dax_run("'%s' " DIR "/f /dev/null", program));
	EXPECT_TRUE(dax_load(a->bad).taken);
	EXPECT_EQ(0, dax_run("'%s' " DIR "/f " DIR "/copy", program));
	expect_good(_metadata, a);
	EXPECT_TRUE(dax_all(a->map, 'a', bad));
	EXPECT_TRUE(dax_all(a->map + bad, 'c', len));
	EXPECT_TRUE(dax_all(a->map + bad + len, 'a', a->len - bad - len));
}

TEST_F_TIMEOUT(fsdax_file, example_repairs, TEST_SECONDS)
{
	struct dax_area *a = &self->fs.area;
	char program[PATH_MAX];
	int copy;

	ASSERT_EQ(0, find_program("sigbus-repair", program, sizeof(program)));
	copy = open(DIR "/copy", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ASSERT_LE(0, copy);
	ASSERT_EQ(0, fill_file(copy, 'c'));
	close(copy);
	repair_by_example(_metadata, a, program, &dax_badblocks);
	/* The whole page, of which one sector is 'c' by now. */
	memset(a->bad, 'a', a->page);
	repair_by_example(_metadata, a, program, &dax_madvise);
}

/* ---- files that share the page --------------------------------------------- */

FIXTURE(fsdax_reflink)
{
	struct dax_fs fs;
	int fd;			/* of the second file */
};

FIXTURE_VARIANT(fsdax_reflink)
{
	const struct fs_type *type;
};

FIXTURE_VARIANT_ADD(fsdax_reflink, xfs) { .type = &xfs };
FIXTURE_VARIANT_ADD(fsdax_reflink, xfs_without_rmapbt)
{
	.type = &xfs_without_rmapbt,
};

FIXTURE_SETUP(fsdax_reflink)
{
	struct dax_area *a = &self->fs.area;
	uint64_t len;

	self->fd = -1;
	fs_setup(_metadata, &self->fs, variant->type, false, &dax_hwpoison);
	if (_metadata->exit_code)
		return;
	self->fd = open(DIR "/g", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, ioctl(self->fd, FICLONE, a->fd));
	ASSERT_EQ(a->disk, disk_offset(self->fd, a->at, &len));
	/* Sharing them has unmapped them. */
	ASSERT_FALSE(dax_load(a->bad + BAD_SECTOR * SECTOR).taken);
}

FIXTURE_TEARDOWN(fsdax_reflink)
{
	if (self->fd >= 0)
		close(self->fd);
	fs_teardown(_metadata, &self->fs);
}

/* The users of all of them are told. */
TEST_F_TIMEOUT(fsdax_reflink, all_are_told, TEST_SECONDS)
{
	struct dax_area *a = &self->fs.area;
	struct dax_child *f, *g;

	f = dax_child_start(a->fd, a->at, a->len, true);
	g = dax_child_start(self->fd, a->at, a->len, true);
	ASSERT_NE(NULL, f);
	ASSERT_NE(NULL, g);
	ASSERT_EQ(0, inject(a, &dax_hwpoison));
	expect_told(_metadata, f, BAD_PAGE * a->page, true);
	expect_told(_metadata, g, BAD_PAGE * a->page, true);
}

/* Who writes has a block of his own then; the other one still has the bad one. */
TEST_F_TIMEOUT(fsdax_reflink, each_is_repaired, TEST_SECONDS)
{
	struct dax_area *a = &self->fs.area;
	off_t at = a->at + BAD_PAGE * a->page;
	char *buf = malloc(a->page), *g;

	ASSERT_NE(NULL, buf);
	g = dax_map(self->fd, a->at, a->len);
	ASSERT_NE(NULL, g);
	ASSERT_EQ(0, inject(a, &dax_hwpoison));
	memset(buf, 'r', a->page);
	ASSERT_EQ((ssize_t)a->page, pwrite(a->fd, buf, a->page, at));
	ASSERT_FALSE(dax_load(a->bad).taken);
	EXPECT_TRUE(dax_all(a->bad, 'r', a->page));
	expect_refused(_metadata, a, g);
	memset(buf, 's', a->page);
	ASSERT_EQ((ssize_t)a->page, pwrite(self->fd, buf, a->page, at));
	ASSERT_FALSE(dax_load(g + BAD_PAGE * a->page).taken);
	EXPECT_TRUE(dax_all(g + BAD_PAGE * a->page, 's', a->page));
	EXPECT_TRUE(dax_all(a->bad, 'r', a->page));
	free(buf);
}

/* ---- the device goes -------------------------------------------------------- */

FIXTURE(fsdax_unbind)
{
	struct dax_fs fs;
};

FIXTURE_VARIANT(fsdax_unbind)
{
	const struct fs_type *type;
	bool huge;
};

FIXTURE_VARIANT_ADD(fsdax_unbind, ext4_4k) { .type = &ext4 };
FIXTURE_VARIANT_ADD(fsdax_unbind, ext4_2m) { .type = &ext4, .huge = true };
FIXTURE_VARIANT_ADD(fsdax_unbind, xfs_4k) { .type = &xfs };
FIXTURE_VARIANT_ADD(fsdax_unbind, xfs_2m) { .type = &xfs, .huge = true };

FIXTURE_SETUP(fsdax_unbind)
{
	if (!dax_allowed("unbind"))
		SKIP(return, "unbinds the device: set DAX_TEST_ALLOW=destroy,unbind");
	fs_setup(_metadata, &self->fs, variant->type, variant->huge,
		 &dax_badblocks);
}

/* Even when the test's process has died; what it had mounted went with it. */
FIXTURE_TEARDOWN_PARENT(fsdax_unbind)
{
	struct dax_area *a = &self->fs.area;

	EXPECT_EQ(0, dax_dev_bind(&a->dev));
	area_end(_metadata, a);
}

/* Who has it mapped loses it, and is told: this process, and another one. */
TEST_F_TIMEOUT(fsdax_unbind, revokes_mappings, TEST_SECONDS)
{
	struct dax_area *a = &self->fs.area;
	struct dax_child *child;

	child = dax_child_start(a->fd, a->at, a->len, false);
	ASSERT_NE(NULL, child);
	ASSERT_FALSE(dax_store(a->map, 'a').taken);
	ASSERT_EQ(0, dax_dev_unbind(&a->dev));
	EXPECT_EQ(0, dax_phys(a->map));
	EXPECT_EQ(0, dax_phys(a->map + a->len - a->page));
	EXPECT_EQ(BUS_ADRERR, dax_load(a->map).code);
	EXPECT_EQ(BUS_ADRERR, dax_store(a->map + a->len - 1, 'x').code);
	ASSERT_EQ(0, dax_child_look(child, BAD_PAGE * a->page));
	EXPECT_EQ(1, child->signals);
	EXPECT_EQ(BUS_MCEERR_AO, child->signal.code);
	EXPECT_LE(child->map, child->signal.addr);
	EXPECT_GT(child->map + a->len, child->signal.addr);
	EXPECT_EQ(BUS_ADRERR, child->bad.code);
	EXPECT_EQ(BUS_ADRERR, child->before.code);
	EXPECT_EQ(BUS_ADRERR, child->after.code);
	/* Before the device comes back. */
	fs_leave(_metadata, &self->fs);
}

TEST_HARNESS_MAIN
