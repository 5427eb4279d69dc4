// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of memory errors in DAX devices - the device that is named: may it be used,
 * and what is recorded of it.  See dax_test.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* ---- the device ------------------------------------------------------------ */

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

/*
 * Does the directory @dir of a process, of links to files, have one to the device
 * @rdev?  -errno when that cannot be seen; no when the process has gone.
 */
static int links_to(const char *dir, dev_t rdev)
{
	struct dirent *entry;
	struct stat st;
	int rc = 0;
	DIR *d;

	d = opendir(dir);
	if (!d)
		return errno == ENOENT || errno == ESRCH ? 0 : -errno;
	while (!rc && (entry = readdir(d))) {
		if (!fstatat(dirfd(d), entry->d_name, &st, 0))
			rc = S_ISCHR(st.st_mode) && st.st_rdev == rdev;
		else if (errno == EPERM || errno == EACCES)
			rc = -errno;
	}
	closedir(d);
	return rc;
}

/*
 * Nobody can have a device-dax for himself, so look who has it.  Of other PID
 * namespaces only those below this one are seen, so this has to be the initial one,
 * and /proc its own.
 */
static int process_has(dev_t rdev)
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
		rc = links_to(path, rdev);
		snprintf(path, sizeof(path), "/proc/%s/map_files", entry->d_name);
		rc = rc ?: links_to(path, rdev);
	}
	closedir(d);
	return rc;
}

/* What the driver of the device is bound to. */
static int read_bound(const struct dax_dev *dev, char *name, size_t len)
{
	return read_link(dev, dev->disk ? "device" : ".", name, len);
}

/*
 * Who opens a block device exclusively does not get one that is mounted, swapped
 * to, or held by a volume or RAID; nor one of which a partition is.
 */
static bool is_free_disk(struct dax_dev *dev)
{
	int fd = open(dev->path, O_RDWR | O_EXCL | O_CLOEXEC);

	if (fd < 0)
		return refuse(dev, "%s is in use: %s", dev->path, strerror(errno));
	close(fd);
	return true;
}

static bool is_pmem_disk(struct dax_dev *dev)
{
	char name[64];

	if (read_link(dev, "device/subsystem", name, sizeof(name)) ||
	    strcmp(name, "nd") || !read_number(dev, "queue/dax") ||
	    read_bound(dev, dev->bound, sizeof(dev->bound)))
		return refuse(dev, "%s is no pmem disk with DAX", dev->path);
	dev->size = read_number(dev, "size") * SECTOR;
	return is_free_disk(dev);
}

static bool is_device_dax(struct dax_dev *dev, dev_t rdev)
{
	char name[64];
	int rc;

	if (read_link(dev, "subsystem", name, sizeof(name)) ||
	    strcmp(name, "dax") ||
	    read_bound(dev, dev->bound, sizeof(dev->bound)))
		return refuse(dev, "%s is no device-dax", dev->path);
	dev->size = read_number(dev, "size");
	dev->align = read_number(dev, "align");
	rc = process_has(rdev);
	if (rc < 0)
		return refuse(dev, "who uses %s cannot be seen: %s", dev->path,
			      strerror(-rc));
	if (rc)
		return refuse(dev, "%s is in use by a process", dev->path);
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

/* The directory of the device that has the name now; 0 or -errno. */
static int find_sysfs(struct dax_dev *dev, dev_t *rdev)
{
	struct stat st;

	if (stat(dev->path, &st))
		return -errno;
	if (dev->disk ? !S_ISBLK(st.st_mode) : !S_ISCHR(st.st_mode))
		return -ENODEV;
	*rdev = st.st_rdev;
	snprintf(dev->sysfs, sizeof(dev->sysfs), "/sys/dev/%s/%u:%u",
		 dev->disk ? "block" : "char", major(*rdev), minor(*rdev));
	return 0;
}

bool dax_dev_open(struct dax_dev *dev, bool disk, uint64_t size)
{
	const char *name = getenv("DAX_TEST_DEV");
	dev_t rdev;

	memset(dev, 0, sizeof(*dev));
	dev->disk = disk;
	if (!name || !*name)
		return refuse(dev, "no device is named: set DAX_TEST_DEV");
	if (!take_name(dev, name))
		return false;
	if (find_sysfs(dev, &rdev))
		return refuse(dev, "%s is no %s", dev->path,
			      disk ? "pmem disk" : "device-dax");
	if (!dax_allowed("destroy"))
		return refuse(dev, "%s may not be overwritten: set DAX_TEST_ALLOW=destroy",
			      dev->path);
	if (geteuid())
		return refuse(dev, "not root");
	if (disk ? !is_pmem_disk(dev) : !is_device_dax(dev, rdev))
		return false;
	if (dev->size < size)
		return refuse(dev, "%s has %llu MiB, and %llu are needed", dev->path,
			      (unsigned long long)dev->size >> 20,
			      (unsigned long long)size >> 20);
	if (dax_dev_bad(dev, 0, dev->size) < 0)
		return refuse(dev, "%s has no badblocks", dev->path);
	return true;
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
	dev_t rdev;
	int i;

	if (rc)
		return rc;
	/* udev may take its time; the number need not be what it was. */
	for (i = 0; i < 500; i++) {
		rc = find_sysfs(dev, &rdev);
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
