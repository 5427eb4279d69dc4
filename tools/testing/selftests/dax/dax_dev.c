// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of memory errors in DAX devices - the device that is named: may it be used,
 * and what is recorded of it.  See dax_test.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <linux/loop.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "dax_test.h"

/* ---- attributes ------------------------------------------------------------ */

/* An attribute of the device. */
static int read_attr(const struct dax_dev *dev, const char *name, char *buf,
		     size_t len)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dev->sysfs, name);
	return dax_read_text(path, buf, len);
}

static uint64_t read_number(const struct dax_dev *dev, const char *name)
{
	char text[64];

	if (read_attr(dev, name, text, sizeof(text)))
		return 0;
	return strtoull(text, NULL, 0);
}

/* The last part of what the link @name of the device points to. */
static int read_link(const struct dax_dev *dev, const char *name, char *buf,
		     size_t len)
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dev->sysfs, name);
	if (!realpath(path, target))
		return -errno;
	snprintf(buf, len, "%s", basename(target));
	return 0;
}

bool dax_allowed(const char *word)
{
	const char *allow = getenv("DAX_TEST_ALLOW");
	char words[100], *save, *w;

	snprintf(words, sizeof(words), "%s", allow ?: "");
	for (w = strtok_r(words, ", ", &save); w; w = strtok_r(NULL, ", ", &save))
		if (!strcmp(w, word))
			return true;
	return false;
}

static bool refuse(struct dax_dev *dev, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(dev->reason, sizeof(dev->reason), fmt, ap);
	va_end(ap);
	return false;
}

/* ---- who uses it ----------------------------------------------------------- */

/*
 * Only in the initial PID namespace are all processes seen.  A kernel without such
 * namespaces does not name that of a process.
 */
static bool sees_all_processes(void)
{
	static const ino_t initial = 0xEFFFFFFC;	/* PROC_PID_INIT_INO */
	struct stat st;

	if (access("/proc/self/fd", R_OK))
		return false;
	if (stat("/proc/self/ns/pid", &st))
		return errno == ENOENT;
	return st.st_ino == initial;
}

/* Is the block device @rdev the disk, or a partition of it? */
static bool is_of_disk(const struct dax_dev *dev, dev_t rdev)
{
	struct stat disk, above;
	char path[64];

	if (rdev == dev->rdev)
		return true;
	/* The directory of a partition is in that of its disk. */
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/..", major(rdev),
		 minor(rdev));
	return !stat(path, &above) && !stat(dev->sysfs, &disk) &&
	       above.st_ino == disk.st_ino;
}

/* Is what @name stands for the device?  -errno when that cannot be seen. */
static int is_of_dev(const struct dax_dev *dev, int dir, const char *name)
{
	struct statx st;
	dev_t rdev;

	/* What is on a server need not be asked for. */
	if (statx(dir, name, AT_STATX_DONT_SYNC, STATX_TYPE, &st))
		return -errno;
	rdev = makedev(st.stx_rdev_major, st.stx_rdev_minor);
	if (dev->disk)
		return S_ISBLK(st.stx_mode) && is_of_disk(dev, rdev);
	return S_ISCHR(st.stx_mode) && rdev == dev->rdev;
}

/*
 * Does the directory @dir of a process, of links to files, have one to the device?
 * -errno when that cannot be seen; no when the process has gone.
 */
static int links_to(const char *dir, const struct dax_dev *dev)
{
	struct dirent *entry;
	int rc = 0;
	DIR *d;

	d = opendir(dir);
	if (!d)
		return errno == ENOENT || errno == ESRCH ? 0 : -errno;
	while (!rc && (entry = readdir(d))) {
		rc = is_of_dev(dev, dirfd(d), entry->d_name);
		if (rc < 0 && rc != -EPERM && rc != -EACCES)
			rc = 0;
	}
	closedir(d);
	return rc;
}

/* A process that has it open or mapped, 0 when there is none; -errno. */
static int process_that_has(const struct dax_dev *dev)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int rc = 0;
	DIR *d;

	d = opendir("/proc");
	if (!d)
		return -errno;
	while (!rc && (entry = readdir(d))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fd", entry->d_name);
		rc = links_to(path, dev);
		snprintf(path, sizeof(path), "/proc/%s/map_files", entry->d_name);
		rc = rc ?: links_to(path, dev);
		if (rc > 0)
			rc = atoi(entry->d_name);
	}
	closedir(d);
	return rc;
}

static bool no_process_has(struct dax_dev *dev)
{
	int rc = process_that_has(dev);

	if (rc < 0)
		return refuse(dev, "who uses %s cannot be seen: %s", dev->path,
			      strerror(-rc));
	if (rc)
		return refuse(dev, "%s is in use by a process (%d)", dev->path,
			      rc);
	return true;
}

/*
 * Who opens a block device exclusively does not get one that is mounted, swapped
 * to, or held by a volume or RAID; nor one of which a partition is.  Not for
 * writing: udev would look at the disk then.
 */
static bool is_unclaimed(struct dax_dev *dev)
{
	int fd = open(dev->path, O_RDONLY | O_EXCL | O_CLOEXEC);

	if (fd < 0)
		return refuse(dev, "%s is in use: %s", dev->path, strerror(errno));
	close(fd);
	return true;
}

/* A loop device, of which @path is /sys/block/loopN/loop, is on something else. */
static bool loop_is_elsewhere(struct dax_dev *dev, const char *path)
{
	const char *name = path + strlen("/sys/block/");
	struct loop_info64 info = { .lo_rdevice = 0 };
	char node[64];
	int fd, rc;

	snprintf(node, sizeof(node), "/dev/%.*s", (int)strcspn(name, "/"), name);
	fd = open(node, O_RDONLY | O_CLOEXEC);
	rc = fd < 0 || ioctl(fd, LOOP_GET_STATUS64, &info) ? errno : 0;
	if (fd >= 0)
		close(fd);
	/* It is gone meanwhile. */
	if (rc == ENXIO)
		return true;
	if (rc)
		return refuse(dev, "whether %s uses %s cannot be seen: %s", node,
			      dev->path, strerror(rc));
	if (is_of_disk(dev, info.lo_rdevice))
		return refuse(dev, "%s is in use by %s", dev->path, node);
	return true;
}

/* What the file @path of a target's configuration names is something else. */
static bool target_is_elsewhere(struct dax_dev *dev, const char *path)
{
	char name[PATH_MAX];

	if (dax_read_text(path, name, sizeof(name)))
		return true;
	name[strcspn(name, "\n")] = 0;
	if (is_of_dev(dev, AT_FDCWD, name) > 0)
		return refuse(dev, "%s is in use by a target, see %s", dev->path, path);
	return true;
}

/* Users in the kernel that do not claim the disk, and what tells of them. */
static const struct {
	const char *files;
	bool (*is_elsewhere)(struct dax_dev *dev, const char *path);
} kernel_users[] = {
	{ "/sys/block/loop*/loop", loop_is_elsewhere },
	{ "/sys/kernel/config/nvmet/subsystems/*/namespaces/*/device_path",
	  target_is_elsewhere },
	{ "/sys/kernel/config/target/core/*/*/udev_path", target_is_elsewhere },
};

static bool kernel_user_is_elsewhere(struct dax_dev *dev, size_t user)
{
	const char *files = kernel_users[user].files;
	bool ok = true;
	glob_t found;
	size_t i;
	int rc;

	rc = glob(files, 0, NULL, &found);
	if (rc == GLOB_NOMATCH)
		return true;
	if (rc)
		return refuse(dev, "who uses %s cannot be seen: %s", dev->path, files);
	for (i = 0; ok && i < found.gl_pathc; i++)
		ok = kernel_users[user].is_elsewhere(dev, found.gl_pathv[i]);
	globfree(&found);
	return ok;
}

static bool no_kernel_user_has(struct dax_dev *dev)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kernel_users); i++)
		if (!kernel_user_is_elsewhere(dev, i))
			return false;
	return true;
}

static bool is_unused(struct dax_dev *dev)
{
	if (dev->disk && (!is_unclaimed(dev) || !no_kernel_user_has(dev)))
		return false;
	return no_process_has(dev);
}

/*
 * Some have it for a moment only: udev, which looks at a disk that was written, and
 * the processes of a test that died.
 */
static bool wait_until_unused(struct dax_dev *dev)
{
	int i;

	for (i = 0; i < 20; i++) {
		if (is_unused(dev))
			return true;
		usleep(100000);
	}
	return false;
}

/* ---- the device ------------------------------------------------------------ */

/* What the driver of the device is bound to. */
static int read_bound(const struct dax_dev *dev, char *name, size_t len)
{
	return read_link(dev, dev->disk ? "device" : ".", name, len);
}

static bool is_pmem_disk(struct dax_dev *dev)
{
	char name[64];

	if (read_link(dev, "device/subsystem", name, sizeof(name)) ||
	    strcmp(name, "nd") || !read_number(dev, "queue/dax") ||
	    read_bound(dev, dev->bound, sizeof(dev->bound)))
		return refuse(dev, "%s is no pmem disk with DAX", dev->path);
	dev->size = read_number(dev, "size") * SECTOR;
	return true;
}

static bool is_device_dax(struct dax_dev *dev)
{
	char name[64];

	if (read_link(dev, "subsystem", name, sizeof(name)) ||
	    strcmp(name, "dax") ||
	    read_bound(dev, dev->bound, sizeof(dev->bound)))
		return refuse(dev, "%s is no device-dax", dev->path);
	dev->size = read_number(dev, "size");
	dev->align = read_number(dev, "align");
	return true;
}

/* The name that is used from now on, without links; all of it has to fit. */
static bool take_name(struct dax_dev *dev, const char *name)
{
	char path[PATH_MAX];
	size_t len;

	if (!realpath(name, path))
		return refuse(dev, "%.80s: %s", name, strerror(errno));
	len = strlen(path) + 1;
	if (len > sizeof(dev->path))
		return refuse(dev, "the name %.80s... is too long", path);
	memcpy(dev->path, path, len);
	return true;
}

/* The number and the directory of the device that has the name now; 0 or -errno. */
static int find_sysfs(struct dax_dev *dev)
{
	struct stat st;

	if (stat(dev->path, &st))
		return -errno;
	if (dev->disk ? !S_ISBLK(st.st_mode) : !S_ISCHR(st.st_mode))
		return -ENODEV;
	dev->rdev = st.st_rdev;
	snprintf(dev->sysfs, sizeof(dev->sysfs), "/sys/dev/%s/%u:%u",
		 dev->disk ? "block" : "char", major(dev->rdev), minor(dev->rdev));
	return 0;
}

bool dax_dev_open(struct dax_dev *dev, bool disk, uint64_t size)
{
	const char *name = getenv("DAX_TEST_DEV");

	memset(dev, 0, sizeof(*dev));
	dev->disk = disk;
	if (!name || !*name)
		return refuse(dev, "no device is named: set DAX_TEST_DEV");
	if (!take_name(dev, name))
		return false;
	if (find_sysfs(dev))
		return refuse(dev, "%s is no %s", dev->path,
			      disk ? "pmem disk" : "device-dax");
	if (!dax_allowed("destroy"))
		return refuse(dev, "%s may not be overwritten: set DAX_TEST_ALLOW=destroy",
			      dev->path);
	if (geteuid())
		return refuse(dev, "not root");
	if (!sees_all_processes())
		return refuse(dev, "not in the initial PID namespace, or no /proc of it");
	if (disk ? !is_pmem_disk(dev) : !is_device_dax(dev))
		return false;
	if (dev->size < size)
		return refuse(dev, "%s has %llu MiB, and %llu are needed", dev->path,
			      (unsigned long long)dev->size >> 20,
			      (unsigned long long)size >> 20);
	if (dax_dev_bad(dev, 0, dev->size) < 0)
		return refuse(dev, "%s has no badblocks", dev->path);
	return wait_until_unused(dev);
}

/* The directory of the bus that the device is on. */
static int find_bus(const struct dax_dev *dev, char *path)
{
	char *bus;

	if (!realpath(dev->sysfs, path))
		return -errno;
	bus = strstr(path, "/ndbus");
	if (!bus)
		return -ENODEV;
	bus[1 + strcspn(bus + 1, "/")] = 0;
	return 0;
}

bool dax_dev_clears(const struct dax_dev *dev)
{
	static const char * const by_writing[] = {
		"e820_pmem", "of_pmem", "virtio_pmem",
	};
	char bus[PATH_MAX], path[PATH_MAX + 16], text[PATH_MAX];
	size_t i;

	if (find_bus(dev, bus))
		return false;
	snprintf(path, sizeof(path), "%s/commands", bus);
	if (!dax_read_text(path, text, sizeof(text)) &&
	    strstr(text, "clear_error"))
		return true;
	snprintf(path, sizeof(path), "%s/../driver", bus);
	if (!realpath(path, text))
		return false;
	for (i = 0; i < ARRAY_SIZE(by_writing); i++)
		if (!strcmp(basename(text), by_writing[i]))
			return true;
	return false;
}

int dax_dev_namespace(const struct dax_dev *dev, char *name, size_t len)
{
	int rc;

	if (!strncmp(dev->bound, "namespace", strlen("namespace"))) {
		snprintf(name, len, "%s", dev->bound);
		return 0;
	}
	rc = read_attr(dev, dev->disk ? "device/namespace" : "../namespace", name,
		       len);
	if (rc)
		return rc;
	name[strcspn(name, "\n")] = 0;
	return *name ? 0 : -ENODEV;
}

/* A file in the directory of the driver. */
static void driver_path(const struct dax_dev *dev, const char *name, char *path,
			size_t len)
{
	snprintf(path, len, "/sys/bus/%s/%s",
		 dev->disk ? "nd/drivers/nd_pmem" : "dax/drivers/device_dax", name);
}

static int tell_driver(const struct dax_dev *dev, const char *what)
{
	char path[128];

	driver_path(dev, what, path, sizeof(path));
	return dax_write_text(path, dev->bound);
}

static bool is_bound(const struct dax_dev *dev)
{
	char path[128];

	driver_path(dev, dev->bound, path, sizeof(path));
	return !access(path, F_OK);
}

int dax_dev_unbind(const struct dax_dev *dev)
{
	int rc = tell_driver(dev, "unbind");

	return rc ?: is_bound(dev) ? -EBUSY : 0;
}

int dax_dev_bind(struct dax_dev *dev)
{
	int rc = is_bound(dev) ? 0 : tell_driver(dev, "bind");
	char name[64];
	int i;

	if (rc)
		return rc;
	/* udev may take its time; the number need not be what it was. */
	for (i = 0; i < 500; i++) {
		rc = find_sysfs(dev);
		rc = rc ?: read_bound(dev, name, sizeof(name));
		if (!rc)
			return strcmp(name, dev->bound) ? -ENODEV : 0;
		usleep(10000);
	}
	return rc;
}

/* ---- badblocks ------------------------------------------------------------- */

struct badblock {
	unsigned long long first, count;	/* sectors */
};

/*
 * The record, of which @n ranges are wanted; how many there are, or -errno.  A long
 * one is cut, maybe within a line, by the file or by the buffer.
 */
static int read_badblocks(const struct dax_dev *dev, struct badblock *bad, int n)
{
	static char text[1 << 16];
	char *line, *save, *end;
	int found = 0, rc;

	rc = read_attr(dev, "badblocks", text, sizeof(text));
	if (rc)
		return rc;
	end = strrchr(text, '\n');
	*(end ? end + 1 : text) = 0;
	for (line = strtok_r(text, "\n", &save); line && found < n;
	     line = strtok_r(NULL, "\n", &save), found++)
		if (sscanf(line, "%llu %llu", &bad[found].first,
			   &bad[found].count) != 2)
			return -EPROTO;
	return found;
}

#define MAX_BAD	1024
static struct badblock bad_now[MAX_BAD];

long dax_dev_bad(const struct dax_dev *dev, uint64_t off, uint64_t len)
{
	int n = read_badblocks(dev, bad_now, MAX_BAD);
	uint64_t first = off / SECTOR, end = (off + len) / SECTOR;
	long bad = 0;
	int i;

	if (n < 0)
		return n;
	for (i = 0; i < n; i++) {
		uint64_t from = bad_now[i].first, to = from + bad_now[i].count;

		from = from < first ? first : from;
		to = to > end ? end : to;
		if (from < to)
			bad += to - from;
	}
	return bad;
}

/* Zeros, in whole pages, from sector @first to before @end. */
static int zero_sectors(int fd, uint64_t first, uint64_t end)
{
	size_t page = dax_page_size();
	uint64_t at = first * SECTOR & -page, to = (end * SECTOR + page - 1) & -page;
	void *zeros = NULL;
	int rc = 0;

	if (posix_memalign(&zeros, page, page))
		return -ENOMEM;
	memset(zeros, 0, page);
	for (; !rc && at < to; at += page)
		if (pwrite(fd, zeros, page, at) != (ssize_t)page)
			rc = errno ? -errno : -EIO;
	free(zeros);
	return rc;
}

static int open_to_repair(const struct dax_dev *dev)
{
	int flags = O_RDWR | O_CLOEXEC | (dev->disk ? O_EXCL | O_DIRECT : 0);
	int fd = open(dev->path, flags);
	int i;

	/* The processes of a test that died may still be on their way out. */
	for (i = 0; fd < 0 && errno == EBUSY && i < 200; i++) {
		usleep(10000);
		fd = open(dev->path, flags);
	}
	return fd < 0 ? -errno : fd;
}

/* Write over the @n ranges in bad_now; they have to be gone then. */
static int repair_ranges(const struct dax_dev *dev, int fd, int n)
{
	uint64_t first = bad_now[0].first;
	uint64_t end = bad_now[n - 1].first + bad_now[n - 1].count;
	int i, rc = 0;
	long left;

	for (i = 0; !rc && i < n; i++)
		rc = zero_sectors(fd, bad_now[i].first,
				  bad_now[i].first + bad_now[i].count);
	if (rc)
		return rc;
	left = dax_dev_bad(dev, first * SECTOR, (end - first) * SECTOR);
	return left > 0 ? -EIO : left;
}

/* What is cut from a long record is seen when the rest is gone. */
int dax_dev_repair(const struct dax_dev *dev)
{
	int n = read_badblocks(dev, bad_now, MAX_BAD);
	int fd, rc;

	if (n <= 0)
		return n;
	fd = open_to_repair(dev);
	if (fd < 0)
		return fd;
	do {
		rc = repair_ranges(dev, fd, n);
		n = rc ?: read_badblocks(dev, bad_now, MAX_BAD);
	} while (n > 0);
	close(fd);
	return n;
}
