// SPDX-License-Identifier: GPL-2.0
/*
 * Memory errors under device-dax: who touches a bad page gets SIGBUS, nobody beside
 * it does, whatever the alignment of the device is; and pwrite() repairs it.
 *
 * The alignment is that of the device: ndctl create-namespace -m devdax -a 4k or 2m.
 * See dax_test.h for the device and what may be done to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dax_area.h"

/* The device is mapped from its start, by as much as its alignment demands. */
static void dax_setup(struct __test_metadata *_metadata, struct dax_area *a,
		      const struct dax_injector *injector)
{
	if (!area_open(_metadata, a, false, PMD_BYTES, injector))
		return;
	if (a->dev.align > PMD_BYTES)
		SKIP(return, "aligned to more than 2 MiB: reading pagemap unmaps that");
	a->len = PMD_BYTES;
	a->fd = open(a->dev.path, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, a->fd);
	a->map = dax_map(a->fd, 0, a->len);
	ASSERT_NE(NULL, a->map);
	memset(a->map, 'a', a->len);
	if (a->dev.align == PMD_BYTES)
		ASSERT_TRUE(dax_mapped_huge(a->map));
	area_begin(_metadata, a);
}

static void dax_leave(struct dax_area *a)
{
	dax_let_go();
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

FIXTURE(devdax)
{
	struct dax_area area;
};

FIXTURE_VARIANT(devdax)
{
	const struct dax_injector *injector;
};

FIXTURE_VARIANT_ADD(devdax, madvise) { .injector = &dax_madvise };
FIXTURE_VARIANT_ADD(devdax, hwpoison) { .injector = &dax_hwpoison };
FIXTURE_VARIANT_ADD(devdax, badblocks) { .injector = &dax_badblocks };
FIXTURE_VARIANT_ADD(devdax, ndctl) { .injector = &dax_ndctl };
FIXTURE_VARIANT_ADD(devdax, einj) { .injector = &dax_einj };

FIXTURE_SETUP(devdax)
{
	dax_setup(_metadata, &self->area, variant->injector);
}

FIXTURE_TEARDOWN(devdax)
{
	dax_leave(&self->area);
	area_end(_metadata, &self->area);
}

TEST_F_TIMEOUT(devdax, refused, TEST_SECONDS)
{
	test_refused(_metadata, &self->area, variant->injector);
}

TEST_F_TIMEOUT(devdax, read, TEST_SECONDS)
{
	test_read(_metadata, &self->area, variant->injector);
}

TEST_F_TIMEOUT(devdax, pwrite_repairs, TEST_SECONDS)
{
	test_pwrite(_metadata, &self->area, variant->injector);
}

TEST_F_TIMEOUT(devdax, early_kill, TEST_SECONDS)
{
	test_other_process(_metadata, &self->area, variant->injector, true);
}

TEST_F_TIMEOUT(devdax, late_kill, TEST_SECONDS)
{
	test_other_process(_metadata, &self->area, variant->injector, false);
}

TEST_F_TIMEOUT(devdax, unpoison, TEST_SECONDS)
{
	test_unpoison(_metadata, &self->area, variant->injector);
}

/* ---- what does not depend on where the error comes from -------------------- */

FIXTURE(devdax_one)
{
	struct dax_area area;
};

FIXTURE_SETUP(devdax_one)
{
	dax_setup(_metadata, &self->area, &dax_badblocks);
}

FIXTURE_TEARDOWN(devdax_one)
{
	dax_leave(&self->area);
	area_end(_metadata, &self->area);
}

TEST_F_TIMEOUT(devdax_one, madvise_signals_caller, TEST_SECONDS)
{
	test_madvise_signal(_metadata, &self->area);
}

TEST_F_TIMEOUT(devdax_one, bad_page_as_buffer, TEST_SECONDS)
{
	test_as_buffer(_metadata, &self->area, &dax_badblocks);
}

TEST_F_TIMEOUT(devdax_one, write_part_of_bad_sector, TEST_SECONDS)
{
	test_part_of_sector(_metadata, &self->area, &dax_badblocks);
}

/* A mapping that is made after the repair is whole again. */
TEST_F_TIMEOUT(devdax_one, new_mapping_after_repair, TEST_SECONDS)
{
	struct dax_area *a = &self->area;
	static char zeros[SECTOR];
	char *map;

	ASSERT_EQ(0, inject(a, &dax_badblocks));
	ASSERT_TRUE(dax_load(a->bad).taken);
	ASSERT_FALSE(dax_load(a->map).taken);
	EXPECT_FALSE(dax_mapped_huge(a->map));
	ASSERT_EQ((ssize_t)SECTOR,
		  pwrite(a->fd, zeros, SECTOR, bad_in_map(a, &dax_badblocks)));
	map = dax_map(a->fd, 0, a->len);
	ASSERT_NE(NULL, map);
	EXPECT_FALSE(dax_load(map).taken);
	EXPECT_EQ(a->dev.align >= PMD_BYTES, dax_mapped_huge(map));
	EXPECT_TRUE(dax_all(map + bad_in_map(a, &dax_badblocks), 0, SECTOR));
}

/* ---- the device goes -------------------------------------------------------- */

FIXTURE(devdax_unbind)
{
	struct dax_area area;
};

FIXTURE_SETUP(devdax_unbind)
{
	if (!dax_allowed("unbind"))
		SKIP(return, "unbinds the device: set DAX_TEST_ALLOW=destroy,unbind");
	dax_setup(_metadata, &self->area, &dax_badblocks);
}

/* Even when the test's process has died; what it had open or mapped went with it. */
FIXTURE_TEARDOWN_PARENT(devdax_unbind)
{
	EXPECT_EQ(0, dax_dev_bind(&self->area.dev));
	area_end(_metadata, &self->area);
}

/* The record is not the driver's: to bind it anew does not make the page good. */
TEST_F_TIMEOUT(devdax_unbind, record_survives, TEST_SECONDS)
{
	struct dax_area *a = &self->area;

	ASSERT_EQ(0, inject(a, &dax_badblocks));
	dax_leave(a);
	ASSERT_EQ(0, dax_dev_unbind(&a->dev));
	ASSERT_EQ(0, dax_dev_bind(&a->dev));
	a->fd = open(a->dev.path, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, a->fd);
	a->map = dax_map(a->fd, 0, a->len);
	ASSERT_NE(NULL, a->map);
	EXPECT_EQ(1, dax_dev_bad(&a->dev, 0, a->dev.size));
	expect_refused(_metadata, a, a->map);
}

/* Who has it mapped loses it, without a signal: this process, and another one. */
TEST_F_TIMEOUT(devdax_unbind, revokes_mappings, TEST_SECONDS)
{
	struct dax_area *a = &self->area;
	struct dax_child *child;

	child = dax_child_start(a->fd, 0, a->len, false);
	ASSERT_NE(NULL, child);
	ASSERT_EQ(0, dax_dev_unbind(&a->dev));
	EXPECT_EQ(0, dax_phys(a->map));
	EXPECT_EQ(BUS_ADRERR, dax_load(a->map).code);
	EXPECT_EQ(BUS_ADRERR, dax_store(a->map + a->len - 1, 'x').code);
	ASSERT_EQ(0, dax_child_look(child, BAD_PAGE * a->page));
	EXPECT_EQ(0, child->signals);
	EXPECT_EQ(BUS_ADRERR, child->bad.code);
	EXPECT_EQ(BUS_ADRERR, child->before.code);
	EXPECT_EQ(BUS_ADRERR, child->after.code);
}

TEST_HARNESS_MAIN
