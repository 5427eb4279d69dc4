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

/* Does the directory @dir, of links to files, have one to the device @rdev? */
static bool links_to(const char *dir, dev_t rdev)
{
	struct dirent *entry;
	bool found = false;
	struct stat st;
	DIR *d;

	d = opendir(dir);
	if (!d)
		return false;
	while (!found && (entry = readdir(d)))
		found = !fstatat(dirfd(d), entry->d_name, &st, 0) &&
			S_ISCHR(st.st_mode) && st.st_rdev == rdev;
	closedir(d);
	return found;
}

/* Nobody can have a device-dax for himself, so look who has it. */
static bool process_has(dev_t rdev)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *d;

	d = opendir("/proc");
	if (!d)
		return true;
	while (!found && (entry = readdir(d))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fd", entry->d_name);
		found = links_to(path, rdev);
		snprintf(path, sizeof(path), "/proc/%s/map_files", entry->d_name);
		found = found || links_to(path, rdev);
	}
	closedir(d);
	return found;
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
	    read_link(dev, "device", dev->bound, sizeof(dev->bound)))
		return refuse(dev, "%s is no pmem disk with DAX", dev->path);
	dev->size = read_number(dev, "size") * SECTOR;
	return is_free_disk(dev);
}

static bool is_device_dax(struct dax_dev *dev, dev_t rdev)
{
	char name[64];

	if (read_link(dev, "subsystem", name, sizeof(name)) ||
	    strcmp(name, "dax") ||
	    read_link(dev, ".", dev->bound, sizeof(dev->bound)))
		return refuse(dev, "%s is no device-dax", dev->path);
	dev->size = read_number(dev, "size");
	dev->align = read_number(dev, "align");
	if (process_has(rdev))
		return refuse(dev, "%s is in use by a process", dev->path);
	return true;
}

bool dax_dev_open(struct dax_dev *dev, bool disk, uint64_t size)
{
	const char *path = getenv("DAX_TEST_DEV");
	char link[64];
	struct stat st;

	memset(dev, 0, sizeof(*dev));
	if (!path || !*path)
		return refuse(dev, "no device is named: set DAX_TEST_DEV");
	if (stat(path, &st))
		return refuse(dev, "%s: %s", path, strerror(errno));
	if (disk ? !S_ISBLK(st.st_mode) : !S_ISCHR(st.st_mode))
		return refuse(dev, "%s is no %s", path,
			      disk ? "pmem disk" : "device-dax");
	if (!dax_allowed("destroy"))
		return refuse(dev, "%s may not be overwritten: set DAX_TEST_ALLOW=destroy",
			      path);
	if (geteuid())
		return refuse(dev, "not root");
	dev->disk = disk;
	snprintf(dev->path, sizeof(dev->path), "%s", path);
	snprintf(link, sizeof(link), "/sys/dev/%s/%u:%u", disk ? "block" : "char",
		 major(st.st_rdev), minor(st.st_rdev));
	snprintf(dev->sysfs, sizeof(dev->sysfs), "%s", link);
	if (disk ? !is_pmem_disk(dev) : !is_device_dax(dev, st.st_rdev))
		return false;
	if (dev->size < size)
		return refuse(dev, "%s has %llu MiB, and %llu are needed", path,
			      (unsigned long long)dev->size >> 20,
			      (unsigned long long)size >> 20);
	if (dax_dev_bad(dev, 0, dev->size) < 0)
		return refuse(dev, "%s has no badblocks", path);
	return true;
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

static int driver(const struct dax_dev *dev, const char *what)
{
	char path[100];

	snprintf(path, sizeof(path), "/sys/bus/%s/%s",
		 dev->disk ? "nd/drivers/nd_pmem" : "dax/drivers/device_dax", what);
	return dax_write_text(path, dev->bound);
}

int dax_dev_unbind(const struct dax_dev *dev)
{
	return driver(dev, "unbind");
}

int dax_dev_bind(const struct dax_dev *dev)
{
	int rc = driver(dev, "bind");
	int i;

	/* udev may take its time. */
	for (i = 0; !rc && i < 500 && access(dev->path, R_OK | W_OK); i++)
		usleep(10000);
	return rc ?: access(dev->path, R_OK | W_OK) ? -errno : 0;
}

/* ---- badblocks ------------------------------------------------------------- */

struct badblock {
	unsigned long long first, count;	/* sectors */
};

/* The record, of which @n ranges are wanted; how many there are, or -errno. */
static int read_badblocks(const struct dax_dev *dev, struct badblock *bad, int n)
{
	static char text[1 << 16];
	char *line, *save;
	int found = 0, rc;

	rc = read_attr(dev, "badblocks", text, sizeof(text));
	if (rc)
		return rc;
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

int dax_dev_repair(const struct dax_dev *dev)
{
	int n = read_badblocks(dev, bad_now, MAX_BAD);
	int fd, i, rc = 0;

	if (n <= 0)
		return n;
	fd = open(dev->path, O_RDWR | O_CLOEXEC |
		  (dev->disk ? O_EXCL | O_DIRECT : 0));
	if (fd < 0)
		return -errno;
	for (i = 0; !rc && i < n; i++)
		rc = zero_sectors(fd, bad_now[i].first,
				  bad_now[i].first + bad_now[i].count);
	close(fd);
	if (!rc && dax_dev_bad(dev, 0, dev->size))
		rc = -EIO;
	return rc;
}
