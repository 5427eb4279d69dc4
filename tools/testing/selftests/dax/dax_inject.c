// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of memory errors in DAX devices - the injectors: how a page or a sector
 * becomes bad.  See dax_test.h.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dax_test.h"

#define HWPOISON_DIR	"/sys/kernel/debug/hwpoison/"
#define EINJ_DIR	"/sys/kernel/debug/apei/einj/"

static int write_number(const char *path, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%#llx", (unsigned long long)number);
	return dax_write_text(path, text);
}

static bool wait_for_record(const struct dax_dev *dev, uint64_t off)
{
	int i;

	for (i = 0; i < 1000; i++) {
		if (dax_dev_bad(dev, off, SECTOR) > 0)
			return true;
		usleep(10000);
	}
	return false;
}

static int madvise_inject(const struct dax_dev *dev, char *p, uint64_t off)
{
	int error;

	(void)dev;
	(void)off;
	dax_madvise_hwpoison((char *)((uintptr_t)p & -dax_page_size()), &error);
	return error;
}

static const char *hwpoison_missing(const struct dax_dev *dev)
{
	(void)dev;
	return access(HWPOISON_DIR "corrupt-pfn", W_OK) ?
		"no hwpoison/corrupt-pfn in debugfs: modprobe hwpoison-inject" : NULL;
}

static int hwpoison_inject(const struct dax_dev *dev, char *p, uint64_t off)
{
	uint64_t phys = dax_phys(p);

	(void)dev;
	(void)off;
	return phys ? write_number(HWPOISON_DIR "corrupt-pfn",
				   phys / dax_page_size()) : -EFAULT;
}

int dax_unpoison(uint64_t phys)
{
	return write_number(HWPOISON_DIR "unpoison-pfn", phys / dax_page_size());
}

static int badblocks_inject(const struct dax_dev *dev, char *p, uint64_t off)
{
	char path[PATH_MAX], text[64];

	(void)p;
	snprintf(path, sizeof(path), "%s/badblocks", dev->sysfs);
	snprintf(text, sizeof(text), "%llu 1", (unsigned long long)off / SECTOR);
	return dax_write_text(path, text);
}

static const char *ndctl_missing(const struct dax_dev *dev)
{
	char name[64];

	if (dax_run("ndctl --version"))
		return "no ndctl";
	if (dax_dev_namespace(dev, name, sizeof(name)) ||
	    dax_run("ndctl inject-error --status %s", name))
		return "no error injection on this bus";
	return NULL;
}

static int ndctl_error(const char *option, const char *name, uint64_t off)
{
	return dax_run("ndctl inject-error %s --block=%llu --count=1 %s", option,
		       (unsigned long long)off / SECTOR, name) ? -EIO : 0;
}

static int ndctl_inject(const struct dax_dev *dev, char *p, uint64_t off)
{
	char name[64];
	int rc;

	(void)p;
	if (dax_dev_namespace(dev, name, sizeof(name)) ||
	    dax_run("ndctl wait-scrub"))
		return -EIO;
	rc = ndctl_error("", name, off);
	if (!rc && !wait_for_record(dev, off))
		rc = -ETIME;
	if (!rc && dax_run("ndctl wait-scrub"))
		rc = -EIO;
	if (rc && ndctl_error("--uninject", name, off))
		fprintf(stderr, "# %s: an error may be left at sector %llu\n", name,
			(unsigned long long)off / SECTOR);
	return rc;
}

static const char *einj_missing(const struct dax_dev *dev)
{
	char types[1000];

	(void)dev;
	if (access(EINJ_DIR "param1", W_OK))
		return "no apei/einj in debugfs, or none that takes an address";
	if (dax_read_text(EINJ_DIR "available_error_type", types, sizeof(types)) ||
	    !strstr(types, "0x00000010"))
		return "EINJ has no uncorrectable memory errors";
	return NULL;
}

/* What an injection sets, of what others use as well. */
static const char * const einj_params[] = {
	EINJ_DIR "flags", EINJ_DIR "param1", EINJ_DIR "param2", EINJ_DIR "notrigger",
};

#define NR_PARAMS	ARRAY_SIZE(einj_params)

/* The line at @phys is bad when this is over, or may be when it fails. */
static int einj_make_bad(uint64_t phys)
{
	const uint64_t values[NR_PARAMS] = { 2, phys, ~0ULL << 6, 1 };
	char before[NR_PARAMS][32];
	size_t i, set = 0;
	int rc;

	rc = write_number(EINJ_DIR "error_type", 0x10);
	for (i = 0; !rc && i < NR_PARAMS; i++)
		rc = dax_read_text(einj_params[i], before[i], sizeof(before[i]));
	for (; !rc && set < NR_PARAMS; set++)
		rc = write_number(einj_params[set], values[set]);
	rc = rc ?: write_number(EINJ_DIR "error_inject", 1);
	while (set--)
		if (dax_write_text(einj_params[set], before[set]))
			rc = rc ?: -EIO;
	return rc;
}

/*
 * See Documentation/firmware-guide/acpi/apei/einj.rst; this process consumes it.
 * An error that the kernel has not heard of is told to it: the repair of what is
 * recorded reads nothing, and so does not consume it.
 */
static int einj_inject(const struct dax_dev *dev, char *p, uint64_t off)
{
	uint64_t phys = dax_phys(p);
	int rc;

	if (!phys)
		return -EFAULT;
	rc = einj_make_bad(phys);
	if (!rc && !dax_load(p).taken)
		rc = -ENODATA;
	if (!rc && !wait_for_record(dev, off))
		rc = -ETIME;
	if (rc && badblocks_inject(dev, p, off))
		fprintf(stderr, "# %s: an error may be left at sector %llu\n",
			dev->path, (unsigned long long)off / SECTOR);
	return rc;
}

const struct dax_injector dax_madvise = {
	.name = "MADV_HWPOISON", .page = true, .early = true,
	.inject = madvise_inject,
};

const struct dax_injector dax_hwpoison = {
	.name = "hwpoison-inject", .page = true, .early = true,
	.missing = hwpoison_missing, .inject = hwpoison_inject,
};

const struct dax_injector dax_badblocks = {
	.name = "badblocks", .real = true, .inject = badblocks_inject,
};

const struct dax_injector dax_ndctl = {
	.name = "ndctl inject-error", .real = true, .medium = true,
	.missing = ndctl_missing, .inject = ndctl_inject,
};

const struct dax_injector dax_einj = {
	.name = "EINJ", .real = true, .medium = true, .early = true,
	.missing = einj_missing, .inject = einj_inject,
};

const char *dax_injector_missing(const struct dax_injector *injector,
				 const struct dax_dev *dev)
{
	const char *why = injector->missing ? injector->missing(dev) : NULL;

	if (!why && injector->medium && !dax_allowed("inject"))
		why = "makes errors in the medium: set DAX_TEST_ALLOW=destroy,inject";
	if (!why && injector->real && !dax_dev_clears(dev))
		why = "its bus cannot clear errors in the medium";
	return why;
}
