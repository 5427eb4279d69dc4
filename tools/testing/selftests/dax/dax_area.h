/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of memory errors in DAX devices - what is the same for a file on a pmem disk
 * and for a device-dax: some memory is mapped, and a page of it becomes bad.
 */
#ifndef SELFTESTS_DAX_AREA_H
#define SELFTESTS_DAX_AREA_H

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "dax_test.h"

#define BAD_PAGE	5	/* of the mapping */
#define BAD_SECTOR	3	/* of that page */

struct dax_area {
	struct dax_dev dev;
	struct dax_counters before;
	size_t page;
	size_t len;		/* of the mapping, */
	char *map;		/* which is all 'a' */
	char *bad;		/* the page in it that becomes bad */
	int fd;			/* what is mapped, */
	off_t at;		/* from where in it, */
	uint64_t disk;		/* and where that is on the device */
};

/* ---- the error -------------------------------------------------------------- */

/* The page or the sector that is bad, by its place in the mapping. */
static inline size_t bad_in_map(struct dax_area *a,
				const struct dax_injector *injector)
{
	return BAD_PAGE * a->page + (injector->page ? 0 : BAD_SECTOR * SECTOR);
}

static inline size_t bad_len(struct dax_area *a,
			     const struct dax_injector *injector)
{
	return injector->page ? a->page : SECTOR;
}

static inline int inject(struct dax_area *a, const struct dax_injector *injector)
{
	size_t at = BAD_PAGE * a->page + BAD_SECTOR * SECTOR;

	return injector->inject(&a->dev, a->map + at, a->disk + at);
}

/* ---- what is to be seen ------------------------------------------------------ */

/* @got is a signal of one page, that at @where. */
#define EXPECT_SIGBUS(si, got, where)					\
	do {								\
		struct dax_sigbus _got = (got);				\
		char *_page = (where);					\
									\
		EXPECT_TRUE(_got.taken) TH_LOG("no SIGBUS");		\
		EXPECT_EQ(si, _got.code);				\
		EXPECT_LE(_page, _got.addr);				\
		EXPECT_GT(_page + dax_page_size(), _got.addr);		\
		EXPECT_EQ(__builtin_ctzl(dax_page_size()), _got.lsb);	\
	} while (0)

/* The bad page of the mapping @map is refused; all beside it is as it was. */
static inline void expect_refused(struct __test_metadata *_metadata,
				  struct dax_area *a, char *map)
{
	char *bad = map + BAD_PAGE * a->page, *behind = bad + a->page;

	EXPECT_EQ(0, dax_phys(bad)) TH_LOG("the bad page is mapped");
	EXPECT_SIGBUS(BUS_MCEERR_AR, dax_load(bad + 100), bad);
	EXPECT_SIGBUS(BUS_MCEERR_AR, dax_store(bad + 100, 'x'), bad);
	EXPECT_SIGBUS(BUS_MCEERR_AR, dax_load(behind - 1), bad);
	EXPECT_TRUE(dax_all(map, 'a', bad - map));
	EXPECT_TRUE(dax_all(behind, 'a', map + a->len - behind));
	EXPECT_FALSE(dax_store(bad - 1, 'a').taken);
	EXPECT_FALSE(dax_store(behind, 'a').taken);
}

/* All can be touched, and nothing is recorded or counted. */
static inline void expect_good(struct __test_metadata *_metadata,
			       struct dax_area *a)
{
	struct dax_counters now;
	size_t at;

	for (at = 0; at < a->len; at += a->page)
		EXPECT_FALSE(dax_load(a->map + at).taken);
	EXPECT_EQ(0, dax_dev_bad(&a->dev, 0, a->dev.size));
	EXPECT_EQ(0, dax_counters(&now));
	EXPECT_EQ(a->before.corrupted, now.corrupted);
	EXPECT_EQ(a->before.total, now.total);
}

static inline void expect_told(struct __test_metadata *_metadata,
			       struct dax_child *child, size_t at, bool early)
{
	char *bad = child->map + at;

	ASSERT_EQ(0, dax_child_look(child, at));
	EXPECT_EQ(early, child->signals);
	if (early)
		EXPECT_SIGBUS(BUS_MCEERR_AO, child->signal, bad);
	EXPECT_SIGBUS(BUS_MCEERR_AR, child->bad, bad);
	EXPECT_FALSE(child->before.taken);
	EXPECT_FALSE(child->after.taken);
}

/* ---- tests ------------------------------------------------------------------- */

/* Recorded as what it is, counted once, refused; here and in a new mapping. */
static inline void test_refused(struct __test_metadata *_metadata,
				struct dax_area *a,
				const struct dax_injector *injector)
{
	size_t len = bad_len(a, injector);
	struct dax_counters now;
	char *map;

	ASSERT_EQ(0, inject(a, injector));
	EXPECT_EQ(len / SECTOR,
		  dax_dev_bad(&a->dev, a->disk + bad_in_map(a, injector), len));
	EXPECT_EQ(len / SECTOR, dax_dev_bad(&a->dev, 0, a->dev.size));
	expect_refused(_metadata, a, a->map);
	map = dax_map(a->fd, a->at, a->len);
	ASSERT_NE(NULL, map);
	expect_refused(_metadata, a, map);
	EXPECT_EQ(0, dax_counters(&now));
	EXPECT_EQ(a->before.corrupted + a->page, now.corrupted);
	EXPECT_EQ(a->before.total + 1, now.total);
}

/* A long read ends in the bad sector; all before and behind it can be read. */
static inline void test_read(struct __test_metadata *_metadata,
			     struct dax_area *a,
			     const struct dax_injector *injector)
{
	size_t bad = bad_in_map(a, injector), behind = bad + bad_len(a, injector);
	char *buf = malloc(a->len);
	ssize_t n;

	ASSERT_NE(NULL, buf);
	ASSERT_EQ(0, inject(a, injector));
	n = pread(a->fd, buf, a->len, a->at);
	/* The bad line need not be the first of its sector. */
	ASSERT_LE((ssize_t)bad, n);
	EXPECT_GT((ssize_t)(bad + SECTOR), n);
	EXPECT_TRUE(dax_all(buf, 'a', n));
	EXPECT_EQ(-1, pread(a->fd, buf, 1, a->at + n));
	EXPECT_EQ(EIO, errno);
	n = a->len - behind;
	EXPECT_EQ(n, pread(a->fd, buf, n, a->at + behind));
	EXPECT_TRUE(dax_all(buf, 'a', n));
	free(buf);
}

/* As much as is bad is written: the old mapping works, and all is forgotten. */
static inline void test_pwrite(struct __test_metadata *_metadata,
			       struct dax_area *a,
			       const struct dax_injector *injector)
{
	size_t bad = bad_in_map(a, injector), len = bad_len(a, injector);
	char *buf = malloc(len);

	ASSERT_NE(NULL, buf);
	memset(buf, 'r', len);
	ASSERT_EQ(0, inject(a, injector));
	ASSERT_TRUE(dax_load(a->bad).taken);
	ASSERT_EQ((ssize_t)len, pwrite(a->fd, buf, len, a->at + bad));
	expect_good(_metadata, a);
	EXPECT_TRUE(dax_all(a->map, 'a', bad));
	EXPECT_TRUE(dax_all(a->map + bad, 'r', len));
	EXPECT_TRUE(dax_all(a->map + bad + len, 'a', a->len - bad - len));
	EXPECT_FALSE(dax_store(a->bad, 's').taken);
	EXPECT_EQ((ssize_t)len, pread(a->fd, buf, len, a->at + bad));
	EXPECT_EQ('r', buf[len - 1]);
	free(buf);
}

/* A part of a bad sector cannot be written: nobody knows the rest of it. */
static inline void test_part_of_sector(struct __test_metadata *_metadata,
				       struct dax_area *a,
				       const struct dax_injector *injector)
{
	off_t bad = a->at + bad_in_map(a, injector);

	ASSERT_EQ(0, inject(a, injector));
	EXPECT_EQ(-1, pwrite(a->fd, "x", 1, bad + 7));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(bad_len(a, injector) / SECTOR,
		  dax_dev_bad(&a->dev, 0, a->dev.size));
	EXPECT_EQ(1, pwrite(a->fd, "x", 1, bad - 1));
	EXPECT_TRUE(dax_load(a->bad).taken);
}

/* Another process, that asked for it (@early) or did not, and touches nothing. */
static inline void test_other_process(struct __test_metadata *_metadata,
				      struct dax_area *a,
				      const struct dax_injector *injector,
				      bool early)
{
	struct dax_child *child = dax_child_start(a->fd, a->at, a->len, early);

	ASSERT_NE(NULL, child);
	ASSERT_EQ(0, inject(a, injector));
	expect_told(_metadata, child, BAD_PAGE * a->page,
		    early && injector->early);
}

/* What was only pretended can be taken back, and the data is still there. */
static inline void test_unpoison(struct __test_metadata *_metadata,
				 struct dax_area *a,
				 const struct dax_injector *injector)
{
	const char *why = dax_injector_missing(&dax_hwpoison, &a->dev);
	uint64_t phys = dax_phys(a->bad);

	if (why)
		SKIP(return, "%s", why);
	ASSERT_NE(0, phys);
	ASSERT_EQ(0, inject(a, injector));
	if (injector->real) {
		EXPECT_EQ(-EOPNOTSUPP, dax_unpoison(phys));
		expect_refused(_metadata, a, a->map);
		return;
	}
	EXPECT_EQ(0, dax_unpoison(phys));
	expect_good(_metadata, a);
	EXPECT_TRUE(dax_all(a->map, 'a', a->len));
	EXPECT_EQ(-EBUSY, dax_unpoison(phys));
}

/* System calls that are given the bad page as memory fail. */
static inline void test_as_buffer(struct __test_metadata *_metadata,
				  struct dax_area *a,
				  const struct dax_injector *injector)
{
	int fds[2];

	ASSERT_EQ(0, pipe(fds));
	ASSERT_EQ(0, inject(a, injector));
	EXPECT_EQ(-1, write(fds[1], a->bad, 1));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(1, write(fds[1], a->bad - 1, 1));
	EXPECT_EQ(-1, read(fds[0], a->bad, 1));
	EXPECT_EQ(EFAULT, errno);
	close(fds[0]);
	close(fds[1]);
}

/* MADV_HWPOISON is an error that the caller consumes. */
static inline void test_madvise_signal(struct __test_metadata *_metadata,
				       struct dax_area *a)
{
	int error;

	EXPECT_SIGBUS(BUS_MCEERR_AR, dax_madvise_hwpoison(a->bad, &error), a->bad);
	EXPECT_EQ(0, error);
}

/* ---- fixtures ---------------------------------------------------------------- */

/*
 * Take the device, of which nothing is bad then.  False, with the test skipped,
 * where it or what is wanted of it is missing.
 */
static inline bool area_open(struct __test_metadata *_metadata,
			     struct dax_area *a, bool disk, uint64_t size,
			     const struct dax_injector *injector)
{
	const char *why;
	int rc;

	a->fd = -1;
	a->page = dax_page_size();
	if (!dax_dev_open(&a->dev, disk, size))
		SKIP(return false, "%s", a->dev.reason);
	why = dax_injector_missing(injector, &a->dev);
	if (why)
		SKIP(return false, "%s: %s", injector->name, why);
	if (dax_counters(&a->before) == -ENODATA)
		SKIP(return false, "no memory_failure/total: CONFIG_NUMA is wanted");
	rc = dax_dev_repair(&a->dev);
	if (rc && !dax_dev_clears(&a->dev))
		SKIP(return false, "%s has bad sectors, and its bus cannot clear them",
		     a->dev.path);
	ASSERT_EQ(0, rc)
		TH_LOG("%s has bad sectors that writing does not repair",
		       a->dev.path);
	return true;
}

/* Once @a is mapped and filled: the mapping is good, and from now on it counts. */
static inline void area_begin(struct __test_metadata *_metadata,
			      struct dax_area *a)
{
	a->bad = a->map + BAD_PAGE * a->page;
	/* Whatever the machine's default is. */
	ASSERT_EQ(0, prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_LATE, 0, 0));
	ASSERT_EQ(0, dax_counters(&a->before));
	expect_good(_metadata, a);
}

/* The device is as it was: nothing bad, and nothing counted. */
static inline void area_end(struct __test_metadata *_metadata,
			    struct dax_area *a)
{
	struct dax_counters now;

	EXPECT_EQ(0, dax_dev_repair(&a->dev));
	EXPECT_EQ(0, dax_counters(&now));
	EXPECT_EQ(a->before.corrupted, now.corrupted);
	EXPECT_EQ(a->before.total, now.total);
}

#endif
