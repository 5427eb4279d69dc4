/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of memory errors in DAX devices - what they share.
 *
 * A test works on one device, that its user names, and on nothing else:
 *
 *	DAX_TEST_DEV	/dev/pmemN, of a namespace of mode fsdax, or /dev/daxX.Y;
 *			its name without links has to be short
 *	DAX_TEST_ALLOW	words, with commas between them, for what may be done:
 *		destroy	overwrite the device; without it, every test is skipped
 *		inject	make real errors in the medium (ndctl, EINJ)
 *		unbind	take the driver off the device, and put it back
 *
 * A device that is in use is refused.  Run them in the initial namespaces: which
 * processes use it is looked up in /proc.
 *
 * Errors are made by injectors.  Those of software leave the medium alone, but the
 * kernel treats the memory as bad.
 */
#ifndef SELFTESTS_DAX_TEST_H
#define SELFTESTS_DAX_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../kselftest.h"

#define SECTOR		512UL
#define PMD_BYTES	(2UL << 20)
#define TEST_SECONDS	300	/* a scrub of a large device takes long */

/* ---- the device ------------------------------------------------------------ */

struct dax_dev {
	char path[64];		/* "/dev/pmem0" */
	char sysfs[512];	/* its directory in sysfs */
	dev_t rdev;		/* its number */
	char bound[64];		/* what its driver is bound to, "pfn0.0" */
	char reason[200];	/* why it cannot be used */
	bool disk;		/* a pmem disk, not a device-dax */
	uint64_t size;		/* bytes */
	size_t align;		/* of mappings; of a device-dax only */
};

/* Is @word in DAX_TEST_ALLOW? */
bool dax_allowed(const char *word);

/*
 * Take the named device for a test: @disk says of which kind it has to be, @size
 * how large at least.  Nothing is changed.  False, with the reason in @dev, when
 * the test has to be skipped.
 */
bool dax_dev_open(struct dax_dev *dev, bool disk, uint64_t size);

/* Its namespace, "namespace0.0"; 0 or -errno. */
int dax_dev_namespace(const struct dax_dev *dev, char *name, size_t len);

/* The driver lets go of the device; 0 or -errno. */
int dax_dev_unbind(const struct dax_dev *dev);
/* The driver takes it again, if it has not got it, under the same name. */
int dax_dev_bind(struct dax_dev *dev);

/*
 * Can errors in the medium be cleared, by a command of its bus, or on a bus that has
 * no commands by a write?
 */
bool dax_dev_clears(const struct dax_dev *dev);

/* How many sectors of @len bytes at @off are in badblocks; -errno. */
long dax_dev_bad(const struct dax_dev *dev, uint64_t off, uint64_t len);

/* Write zeros over all that is in badblocks; 0, or -errno when some stays there. */
int dax_dev_repair(const struct dax_dev *dev);

/* ---- errors ---------------------------------------------------------------- */

struct dax_injector {
	const char *name;
	bool page;	/* the whole page is bad, not a sector */
	bool real;	/* to be cleared in the medium, not by unpoison-pfn */
	bool medium;	/* wants "inject" in DAX_TEST_ALLOW */
	bool early;	/* who has asked for it gets an early signal */
	/* NULL, or why this machine does not have it. */
	const char *(*missing)(const struct dax_dev *dev);
	/*
	 * The sector at @off of the device, that stands at @p in the memory of
	 * this process, becomes bad; 0 or -errno.  Returns when it is recorded.
	 * On failure it is good again, or will be after dax_dev_repair().
	 */
	int (*inject)(const struct dax_dev *dev, char *p, uint64_t off);
};

extern const struct dax_injector dax_madvise, dax_hwpoison, dax_badblocks,
				 dax_ndctl, dax_einj;

/* NULL, or why the test has to be skipped. */
const char *dax_injector_missing(const struct dax_injector *injector,
				 const struct dax_dev *dev);

/* Take back what software has pretended of the page at @phys; 0 or -errno. */
int dax_unpoison(uint64_t phys);

/* ---- what a process sees --------------------------------------------------- */

struct dax_sigbus {
	bool taken;
	int code;		/* si_code */
	char *addr;		/* si_addr */
	int lsb;		/* si_addr_lsb */
};

/* Load or store one byte. */
struct dax_sigbus dax_load(const char *p);
struct dax_sigbus dax_store(char *p, char c);

/* MADV_HWPOISON of the page at @p; @error is 0 or -errno. */
struct dax_sigbus dax_madvise_hwpoison(char *p, int *error);

/* Another process, that maps the same, and what comes to it. */
struct dax_child {
	pid_t pid;
	char *map;
	unsigned int signals;		/* BUS_MCEERR_AO, that came by themselves */
	struct dax_sigbus signal;	/* the last of those */
	struct dax_sigbus bad;		/* of a load of the page */
	struct dax_sigbus before, after;	/* of loads beside it */
	size_t at;
	int stage;
};

/* It maps @len bytes at @off of @fd, and touches them; @early: see PR_MCE_KILL. */
struct dax_child *dax_child_start(int fd, off_t off, size_t len, bool early);
/* It looks what became of the page @at of its mapping, and ends; 0 or -errno. */
int dax_child_look(struct dax_child *child, size_t at);

/* ---- the machine ----------------------------------------------------------- */

struct dax_counters {
	uint64_t corrupted;	/* HardwareCorrupted of /proc/meminfo, bytes */
	uint64_t total;		/* memory_failure/total, of all nodes */
};

/* 0 or -errno; -ENODATA when no node has the statistics. */
int dax_counters(struct dax_counters *c);

size_t dax_page_size(void);
/* The physical address of what is mapped at @p; 0 when nothing is. */
uint64_t dax_phys(const void *p);
/* Is @p mapped by an entry for 2 MiB? */
bool dax_mapped_huge(const char *p);
bool dax_all(const char *p, char c, size_t len);
/* Map where the largest entries of the page table can; NULL on failure. */
char *dax_map(int fd, off_t off, size_t len);
/* End all children, and unmap all that was mapped by dax_map(). */
void dax_let_go(void);
/* The whole of a file of text; 0 or -errno. */
int dax_read_text(const char *path, char *buf, size_t len);
int dax_write_text(const char *path, const char *text);
/* A command of the shell, its output thrown away; its exit status, 255 on failure. */
int dax_run(const char *fmt, ...) __printf(1, 2);

#endif
