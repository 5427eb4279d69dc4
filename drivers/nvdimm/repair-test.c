// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of where bad lines are, and of what is refused for them: bytes,
 * pages, and parts of sectors.  Included by repair.c.
 *
 * What clears errors, or takes pages out of the direct map, needs a device.
 *
 *	tools/testing/kunit/kunit.py run --arch=x86_64 --kunitconfig=drivers/dax
 */
#include <kunit/test.h>
#include <linux/dax.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#define BASE	0x140000000ULL	/* physical address of the namespace */
#define L	ND_POISON_LINE	/* 64 bytes, or a sector on 32 bits */
#define S	SECTOR_SIZE
#define P	PAGE_SIZE
#define PAGES	4		/* that can be read and written */

/* What a namespace can have before its struct pages, and what they take. */
#define START_PAD	SZ_32M
#define DATA_OFFSET	SZ_2M
#define DATA		(BASE + START_PAD + DATA_OFFSET)

/**
 * struct repair_test - a device, with or without struct pages
 * @map: what is bad
 * @region_bb: of @map, what is bad in the region
 * @poison: the device; without struct pages, and all good, to begin with
 * @memory: what stands in for the memory of @poison, PAGES of it
 * @expected: what should be in @memory
 * @data: to write, or what was read
 * @page: the first page of @data
 * @holder: of all of a DAX device
 * @told: how often @holder was told of a failure
 * @failure: what it was told last
 * @pgmap: of struct pages that there are not
 */
struct repair_test {
	struct nd_poison map;
	struct nd_badblocks region_bb;
	struct pmem_poison poison;
	u8 *memory;
	u8 *expected;
	u8 *data;
	struct page *page;
	struct dax_holder holder;
	unsigned int told;
	struct dax_failure failure;
	struct dev_pagemap pgmap;
};

static u8 *random_pages(struct kunit *test, struct rnd_state *rnd)
{
	u8 *pages = (u8 *)__get_free_pages(GFP_KERNEL, get_order(PAGES * P));

	KUNIT_ASSERT_NOT_NULL(test, pages);
	prandom_bytes_state(rnd, pages, PAGES * P);
	return pages;
}

/* As pmem_attach_disk() does it for a namespace without struct pages. */
static int repair_test_init(struct kunit *test)
{
	struct repair_test *rt = kunit_kzalloc(test, sizeof(*rt), GFP_KERNEL);
	const struct range range = { .start = BASE, .end = BASE + SZ_8G - 1 };
	/* What is before and behind the namespace is in the region, too. */
	const struct range region = {
		.start = BASE - SZ_16M, .end = BASE + SZ_8G + SZ_16M - 1,
	};
	struct pmem_poison *poison;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, rt);
	poison = &rt->poison;
	nd_poison_init(&rt->map);
	nd_badblocks_init(&rt->region_bb, &rt->map, &region);
	nd_badblocks_init(&poison->bb, &rt->map, &range);
	mutex_init(&poison->lock);
	mutex_init(&poison->repair);
	xa_init(&poison->pages);
	poison->region_bb = &rt->region_bb;
	poison->phys_addr = BASE;
	test->priv = rt;

	nd_badblocks_add_filter(&rt->region_bb);
	prandom_seed_state(&rnd, 29);
	rt->memory = random_pages(test, &rnd);
	rt->data = random_pages(test, &rnd);
	rt->expected = random_pages(test, &rnd);
	memcpy(rt->expected, rt->memory, PAGES * P);
	rt->page = virt_to_page(rt->data);
	poison->virt_addr = rt->memory;
	return 0;
}

static void repair_test_exit(struct kunit *test)
{
	struct repair_test *rt = test->priv;

	if (!rt)
		return;
	free_pages((unsigned long)rt->memory, get_order(PAGES * P));
	free_pages((unsigned long)rt->expected, get_order(PAGES * P));
	free_pages((unsigned long)rt->data, get_order(PAGES * P));
	xa_destroy(&rt->poison.pages);
	nd_badblocks_exit(&rt->region_bb);
	nd_poison_exit(&rt->map);
}

/* Bytes of the namespace without struct pages. */
static void add_bad(struct repair_test *rt, phys_addr_t offset, u64 len)
{
	nd_poison_add(&rt->map, BASE + offset, len, false);
}

static void repair_test_to_page_end(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, to_page_end(0, 0), 0);
	KUNIT_EXPECT_EQ(test, to_page_end(0, 1), 1);
	KUNIT_EXPECT_EQ(test, to_page_end(0, P), P);
	KUNIT_EXPECT_EQ(test, to_page_end(0, P + 1), P);
	KUNIT_EXPECT_EQ(test, to_page_end(S, P), P - S);
	KUNIT_EXPECT_EQ(test, to_page_end(S, P - S), P - S);
	KUNIT_EXPECT_EQ(test, to_page_end(S, P - S - 1), P - S - 1);
	KUNIT_EXPECT_EQ(test, to_page_end(P - 1, 1), 1);
	KUNIT_EXPECT_EQ(test, to_page_end(P - 1, S), 1);
	KUNIT_EXPECT_EQ(test, to_page_end(3 * P, P), P);
	KUNIT_EXPECT_EQ(test, to_page_end(3 * P + 7, SZ_1G), P - 7);
	KUNIT_EXPECT_EQ(test, to_page_end(SZ_8G + 7, SIZE_MAX), P - 7);
	KUNIT_EXPECT_EQ(test, to_page_end(SZ_8G + 7, BIT(BITS_PER_LONG - 1)),
			P - 7);
	KUNIT_EXPECT_EQ(test, to_page_end(SZ_8G + 7, 100), 100);
}

static void repair_test_good_bytes(struct kunit *test)
{
	static const struct {
		phys_addr_t offset;
		size_t len, good;
	} cases[] = {
		{ 0, L, L },			/* well before the first one */
		{ 0, 2 * L, 2 * L },		/* right up to it */
		{ 0, 2 * L + 1, 2 * L },	/* one byte of it */
		{ 0, P, 2 * L },		/* all of the page */
		{ 2 * L - 1, P - 2 * L + 1, 1 },
		{ 2 * L, 1, 0 },		/* within it */
		{ 2 * L, P - 2 * L, 0 },
		{ 2 * L + 1, 5, 0 },
		{ 3 * L - 1, 1, 0 },
		{ 3 * L - 1, 2, 0 },
		{ 3 * L, 1, 1 },		/* up to the next one */
		{ 3 * L, 2 * L, 2 * L },
		{ 3 * L, P - 3 * L, 2 * L },
		{ 3 * L + 7, P - 3 * L - 7, 2 * L - 7 },
		{ 6 * L, P - 6 * L, P - 6 * L }, /* behind the last one */
		{ P - 1, 1, 1 },
		{ P, P, P - L },		/* the last line of a page */
		{ P + P - L - 1, L + 1, 1 },
		{ P + P - L, L, 0 },
		{ P + P - 1, 1, 0 },
		{ 2 * P, P, P },		/* it is in the page before */
		{ 3 * P - 1, 1, 1 },		/* it is in the page behind */
		{ 3 * P, 1, 0 },
		{ 3 * P + L, P - L, P - L },
	};
	struct repair_test *rt = test->priv;
	size_t i;

	KUNIT_EXPECT_EQ(test, good_bytes(&rt->poison, 0, P), P);
	KUNIT_EXPECT_FALSE(test, is_bad(&rt->poison, 0, PAGES * P));
	add_bad(rt, 2 * L, L);
	add_bad(rt, 5 * L, L);
	add_bad(rt, 2 * P - L, L);
	add_bad(rt, 3 * P, L);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		phys_addr_t offset = cases[i].offset;
		size_t len = cases[i].len, good = cases[i].good;

		KUNIT_EXPECT_EQ_MSG(test, good_bytes(&rt->poison, offset, len),
				    good, "case %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, is_bad(&rt->poison, offset, len),
				    good < len, "case %zu", i);
	}
	/* No bytes, in mid line. */
	KUNIT_EXPECT_FALSE(test, is_bad(&rt->poison, 2 * L + 1, 0));
	KUNIT_EXPECT_FALSE(test, is_bad(&rt->poison, 2 * L, 0));
	KUNIT_EXPECT_TRUE(test, is_bad(&rt->poison, 2 * L + 1, 1));
}

/* Any part of a page, compared with a look at each of its bytes. */
static void repair_test_good_bytes_model(struct kunit *test)
{
	struct repair_test *rt = test->priv;
	u8 *bad = rt->expected;
	size_t offset, len;

	memset(bad, 0, P);
	memset(bad + L, 1, 2 * L);
	memset(bad + 4 * L, 1, L);
	memset(bad + P - 2 * L, 1, L);
	/* They make their lines bad, one of them two. */
	add_bad(rt, 2 * L - 1, 2);
	add_bad(rt, 4 * L + 3, 1);
	nd_poison_add(&rt->map, BASE + P - 2 * L, L, true);

	for (offset = 0; offset < P; offset += P / 178)
		for (len = 1; len <= P - offset; len += P / 99) {
			u8 *first = memchr(bad + offset, 1, len);
			size_t good = good_bytes(&rt->poison, offset, len);

			KUNIT_ASSERT_EQ_MSG(test, good,
					    first ? first - bad - offset : len,
					    "%zu, %zu", offset, len);
			KUNIT_ASSERT_EQ_MSG(test, !!first,
					    is_bad(&rt->poison, offset, len),
					    "%zu, %zu", offset, len);
		}
}

/* Until it is repaired it is bad, whoever says so. */
static void repair_test_is_bad(struct kunit *test)
{
	struct repair_test *rt = test->priv;
	struct nd_poison *map = &rt->map;

	add_bad(rt, 0, L);
	nd_poison_add(map, BASE + P, L, true);
	KUNIT_EXPECT_TRUE(test, is_bad(&rt->poison, 0, L));
	KUNIT_EXPECT_TRUE(test, is_bad(&rt->poison, P, L));
	KUNIT_EXPECT_EQ(test, nd_poison_begin_repair(map, BASE, 2 * P), 0);
	KUNIT_EXPECT_TRUE(test, is_bad(&rt->poison, 0, L));
	KUNIT_EXPECT_TRUE(test, is_bad(&rt->poison, P, L));
	KUNIT_EXPECT_EQ(test, nd_poison_end_repair(map, BASE, P, true), 0);
	KUNIT_EXPECT_EQ(test, nd_poison_end_repair(map, BASE + P, P, false), 0);
	KUNIT_EXPECT_FALSE(test, is_bad(&rt->poison, 0, L));
	KUNIT_EXPECT_TRUE(test, is_bad(&rt->poison, P, L));
}

/* Whole pages go the long way, for whatever is bad in them. */
static void repair_test_hit(struct kunit *test)
{
	struct repair_test *rt = test->priv;

#define HIT(offset, len)	pmem_poison_hit(&rt->poison, offset, len)
	KUNIT_EXPECT_FALSE(test, HIT(0, PAGES * P));
	add_bad(rt, P + 3 * L, L);
	KUNIT_EXPECT_TRUE(test, HIT(0, PAGES * P));
	KUNIT_EXPECT_TRUE(test, HIT(P + 3 * L, L));
	KUNIT_EXPECT_TRUE(test, HIT(P, 1));
	KUNIT_EXPECT_TRUE(test, HIT(2 * P - S, S));
	KUNIT_EXPECT_TRUE(test, HIT(2 * P - 1, 1));
	KUNIT_EXPECT_TRUE(test, HIT(2 * P - 1, 2));
	KUNIT_EXPECT_TRUE(test, HIT(0, P + 1));
	KUNIT_EXPECT_TRUE(test, HIT(P - 1, 2));
	KUNIT_EXPECT_FALSE(test, HIT(0, P));
	KUNIT_EXPECT_FALSE(test, HIT(P - 1, 1));
	KUNIT_EXPECT_FALSE(test, HIT(2 * P, 1));
	KUNIT_EXPECT_FALSE(test, HIT(2 * P, 2 * P));
	/* A line at either end of a page. */
	add_bad(rt, SZ_4G, L);
	add_bad(rt, SZ_4G + 2 * P - L, L);
	KUNIT_EXPECT_FALSE(test, HIT(SZ_4G - P, P));
	KUNIT_EXPECT_TRUE(test, HIT(SZ_4G + P - S, S));
	KUNIT_EXPECT_TRUE(test, HIT(SZ_4G + P, S));
	KUNIT_EXPECT_FALSE(test, HIT(SZ_4G + 2 * P, P));
#undef HIT
}

static void repair_test_good_pages(struct kunit *test)
{
	struct repair_test *rt = test->priv;
	long all = PHYS_PFN(SZ_8G);

#define GOOD(offset, nr)	pmem_poison_good_pages(&rt->poison, offset, nr)
	KUNIT_EXPECT_EQ(test, GOOD(0, all), all);
	add_bad(rt, SZ_4G + SZ_1G + L, L);
	KUNIT_EXPECT_EQ(test, GOOD(0, all), PHYS_PFN(SZ_4G + SZ_1G));
	KUNIT_EXPECT_EQ(test, GOOD(SZ_4G, all / 2), PHYS_PFN(SZ_1G));
	KUNIT_EXPECT_EQ(test, GOOD(SZ_4G + SZ_1G, 9), 0);
	KUNIT_EXPECT_EQ(test, GOOD(SZ_4G + SZ_1G + P, 9), 9);
	/* The last line of the third page. */
	add_bad(rt, 3 * P - L, L);
	KUNIT_EXPECT_EQ(test, GOOD(0, all), 2);
	KUNIT_EXPECT_EQ(test, GOOD(0, 3), 2);
	KUNIT_EXPECT_EQ(test, GOOD(0, 2), 2);
	KUNIT_EXPECT_EQ(test, GOOD(0, 1), 1);
	KUNIT_EXPECT_EQ(test, GOOD(P, 3), 1);
	KUNIT_EXPECT_EQ(test, GOOD(2 * P, 1), 0);
	KUNIT_EXPECT_EQ(test, GOOD(2 * P, all / 2), 0);
	KUNIT_EXPECT_EQ(test, GOOD(3 * P, 1), 1);
	/* And the first line of the second one. */
	add_bad(rt, P, L);
	KUNIT_EXPECT_EQ(test, GOOD(0, all), 1);
	KUNIT_EXPECT_EQ(test, GOOD(0, 1), 1);
	KUNIT_EXPECT_EQ(test, GOOD(P, 3), 0);
#undef GOOD
}

/* ---- a namespace with struct pages, behind a start pad ------------------- */

/* As pmem_attach_disk() does it, of a legacy namespace. */
static void use_pages(struct repair_test *rt)
{
	const struct vmem_altmap altmap = {
		.base_pfn = PHYS_PFN(BASE + START_PAD),
		.reserve = PHYS_PFN(nd_info_block_reserve()),
	};
	struct range range = {
		.start = BASE + START_PAD, .end = BASE + SZ_8G - SZ_16M - 1,
	};

	memcpy(&rt->pgmap.altmap, &altmap, sizeof(altmap));
	rt->pgmap.altmap.free = PHYS_PFN(DATA_OFFSET) - altmap.reserve;
	rt->pgmap.flags = PGMAP_ALTMAP_VALID;
	rt->pgmap.nr_range = 1;
	rt->pgmap.range = range;
	range.start += DATA_OFFSET;
	nd_badblocks_init(&rt->poison.bb, &rt->map, &range);
	set_pages(&rt->poison, &rt->pgmap);
}

/* As to_offset() of the pmem driver. */
static phys_addr_t sector_offset(sector_t sector)
{
	return (sector << SECTOR_SHIFT) + DATA_OFFSET;
}

#define SECTOR	100001ULL	/* beyond the pad, not the first of a page */

/* Sectors, and pages, count from the data; offsets from behind the pad. */
static void repair_test_start_pad(struct kunit *test)
{
	struct repair_test *rt = test->priv;
	struct pmem_poison *poison = &rt->poison;
	phys_addr_t at = sector_offset(SECTOR);
	char text[32] = {};

	use_pages(rt);
	KUNIT_EXPECT_EQ(test, offset_to_phys(poison, 0), BASE + START_PAD);
	KUNIT_EXPECT_EQ(test, offset_to_phys(poison, DATA_OFFSET), DATA);
	KUNIT_EXPECT_EQ(test, offset_to_phys(poison, at), DATA + SECTOR * S);
	KUNIT_EXPECT_EQ(test, offset_to_phys(poison, SZ_4G + 5),
			BASE + START_PAD + SZ_4G + 5);

	nd_poison_add(&rt->map, DATA + SECTOR * S, L, false);
	KUNIT_EXPECT_TRUE(test, is_bad(poison, at, S));
	KUNIT_EXPECT_FALSE(test, is_bad(poison, at - S, S));
	KUNIT_EXPECT_FALSE(test, is_bad(poison, at + S, S));
	KUNIT_EXPECT_EQ(test, good_bytes(poison, at - 100, 200), 100);
	KUNIT_EXPECT_TRUE(test, pmem_poison_hit(poison, at - S, S));
	KUNIT_EXPECT_FALSE(test, pmem_poison_hit(poison, at + P, S));
	KUNIT_EXPECT_EQ(test, pmem_poison_good_pages(poison, DATA_OFFSET,
						     PHYS_PFN(SZ_1G)),
			PHYS_PFN(SECTOR * S));
	KUNIT_EXPECT_EQ(test, nd_badblocks_read(&poison->bb, text, 0,
						sizeof(text) - 1), 9);
	KUNIT_EXPECT_STREQ(test, text, "100001 1\n");

	/* Nor where it would be without the pad, or with two of them. */
	KUNIT_EXPECT_FALSE(test, is_bad(poison, at + START_PAD, S));
	KUNIT_EXPECT_FALSE(test, is_bad(poison, at - START_PAD, S));
	KUNIT_EXPECT_FALSE(test, pmem_poison_hit(poison, at + START_PAD, S));
	KUNIT_EXPECT_FALSE(test, pmem_poison_hit(poison, at - START_PAD, S));
}

static bool to_confine(struct repair_test *rt, phys_addr_t phys)
{
	guard(mutex)(&rt->poison.lock);
	return is_to_confine(&rt->poison, PHYS_PFN(phys));
}

/* Confined is what is bad and has a struct page, for as long as it does. */
static void repair_test_to_confine(struct kunit *test)
{
	static const bool confines[] = {
		[PMEM_PAGES_NONE] = false,
		[PMEM_PAGES_NEW] = true,
		[PMEM_PAGES_IN_USE] = true,
		[PMEM_PAGES_GONE] = false,
	};
	struct repair_test *rt = test->priv;
	phys_addr_t end = BASE + SZ_8G - SZ_16M;
	size_t i;

	if (!IS_ENABLED(CONFIG_ZONE_DEVICE))
		kunit_skip(test, "no struct pages");
	use_pages(rt);
	KUNIT_EXPECT_FALSE(test, to_confine(rt, DATA));
	nd_poison_add(&rt->map, BASE + START_PAD - L, L, false);
	nd_poison_add(&rt->map, BASE + START_PAD, L, false);
	nd_poison_add(&rt->map, DATA - L, 2 * L, false);
	nd_poison_add(&rt->map, DATA + 2 * P - L, L, true);
	nd_poison_add(&rt->map, DATA + 5 * P, L, false);
	nd_poison_add(&rt->map, end - L, 2 * L, false);

	KUNIT_EXPECT_TRUE(test, to_confine(rt, DATA));
	KUNIT_EXPECT_TRUE(test, to_confine(rt, DATA + P));
	KUNIT_EXPECT_FALSE(test, to_confine(rt, DATA + 2 * P));
	KUNIT_EXPECT_FALSE(test, to_confine(rt, DATA + 4 * P));
	KUNIT_EXPECT_TRUE(test, to_confine(rt, DATA + 5 * P));
	KUNIT_EXPECT_TRUE(test, to_confine(rt, end - P));
	/* In the pad, in the memory map, and behind. */
	KUNIT_EXPECT_FALSE(test, to_confine(rt, BASE + START_PAD - P));
	KUNIT_EXPECT_FALSE(test, to_confine(rt, BASE + START_PAD));
	KUNIT_EXPECT_FALSE(test, to_confine(rt, DATA - P));
	KUNIT_EXPECT_FALSE(test, to_confine(rt, end));

	for (i = 0; i < ARRAY_SIZE(confines); i++) {
		rt->poison.state = i;
		KUNIT_EXPECT_EQ_MSG(test, to_confine(rt, DATA), confines[i],
				    "state %zu", i);
	}
}

static void repair_test_has_pages(struct kunit *test)
{
	struct repair_test *rt = test->priv;
	struct pmem_poison *poison = &rt->poison;
	bool mapped = IS_ENABLED(CONFIG_MEMORY_FAILURE);
	void *alias;

	KUNIT_EXPECT_FALSE(test, pmem_poison_has_pages(poison));
	use_pages(rt);
	KUNIT_EXPECT_EQ(test, poison->state, PMEM_PAGES_NEW);
	KUNIT_EXPECT_EQ(test, pmem_poison_has_pages(poison), mapped);
	/* Until the driver is gone: they are accessed as before. */
	poison->state = PMEM_PAGES_GONE;
	KUNIT_EXPECT_EQ(test, pmem_poison_has_pages(poison), mapped);

	/* What is not in the direct map cannot leave it. */
	alias = vmalloc(P);
	KUNIT_ASSERT_NOT_NULL(test, alias);
	poison->virt_addr = alias;
	KUNIT_EXPECT_FALSE(test, pmem_poison_has_pages(poison));
	poison->virt_addr = rt->memory;
	vfree(alias);

	KUNIT_EXPECT_EQ(test, pmem_poison_has_pages(poison), mapped);
	pmem_poison_unprepare(poison);
	KUNIT_EXPECT_FALSE(test, pmem_poison_has_pages(poison));
}

static void repair_test_confined(struct kunit *test)
{
	struct repair_test *rt = test->priv;
	struct pmem_poison *poison = &rt->poison;
	unsigned long pfn = PHYS_PFN(BASE);
	const struct range both[] = {
		{ .start = BASE, .end = BASE + L - 1 },
		{ .start = BASE + P, .end = BASE + 2 * P - 1 },
	};
	const struct range one[] = {
		{ .start = BASE + P, .end = BASE + P + L - 1 },
		{ .start = BASE + 2 * P, .end = BASE + 2 * P + L - 1 },
	};
	const struct range across = {
		.start = BASE + P - L, .end = BASE + P + L - 1,
	};
	const struct range beyond = {
		.start = BASE + 2 * P - L, .end = BASE + 2 * P,
	};

	xa_store(&poison->pages, pfn, PAGE_CONFINED, GFP_KERNEL);
	xa_store(&poison->pages, pfn + 1, PAGE_CONFINED, GFP_KERNEL);
	xa_store(&poison->pages, pfn + 2, PAGE_TOLD, GFP_KERNEL);
	KUNIT_EXPECT_FALSE(test, is_confined(poison, pfn - 1));
	KUNIT_EXPECT_TRUE(test, is_confined(poison, pfn));
	KUNIT_EXPECT_TRUE(test, is_confined(poison, pfn + 1));
	KUNIT_EXPECT_FALSE(test, is_confined(poison, pfn + 2));
	KUNIT_EXPECT_FALSE(test, is_confined(poison, pfn + 3));

	KUNIT_EXPECT_TRUE(test, all_confined(poison, both, 2));
	KUNIT_EXPECT_TRUE(test, all_confined(poison, one, 1));
	KUNIT_EXPECT_FALSE(test, all_confined(poison, one, 2));
	KUNIT_EXPECT_TRUE(test, all_confined(poison, one, 0));
	KUNIT_EXPECT_TRUE(test, all_confined(poison, &across, 1));
	KUNIT_EXPECT_FALSE(test, all_confined(poison, &beyond, 1));
}

/* ---- who is told --------------------------------------------------------- */

static bool test_get(struct dax_holder *holder)
{
	return true;
}

static void test_put(struct dax_holder *holder)
{
}

static int test_notify_failure(struct dax_holder *holder,
			       const struct dax_failure *failure)
{
	struct repair_test *rt;

	rt = container_of(holder, struct repair_test, holder);
	rt->failure = *failure;
	rt->told++;
	return -EBUSY;
}

static const struct dax_holder_operations test_ops = {
	.get		= test_get,
	.put		= test_put,
	.notify_failure	= test_notify_failure,
};

/* A holder is told of the data, from its start: not of what is before it. */
static void repair_test_failure(struct kunit *test)
{
	struct repair_test *rt = test->priv;
	struct pmem_poison *poison = &rt->poison;
	phys_addr_t phys = DATA + SECTOR * S;
	struct dax_device *dax_dev;

	use_pages(rt);
	dax_dev = alloc_dax(NULL, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dax_dev);
	rt->holder.ops = &test_ops;
	rt->holder.len = U64_MAX;
	dax_register_holder(dax_dev, &rt->holder);

#define FAIL(addr, len) \
	pmem_poison_failure(poison, dax_dev, addr, len, MF_UNMAP_ONLY)
	KUNIT_EXPECT_EQ(test, FAIL(phys + 7, L), -EBUSY);
	KUNIT_EXPECT_EQ(test, rt->told, 1);
	KUNIT_EXPECT_EQ(test, rt->failure.offset, SECTOR * S + 7);
	KUNIT_EXPECT_EQ(test, rt->failure.len, L);
	KUNIT_EXPECT_EQ(test, rt->failure.pfn, PHYS_PFN(phys));
	KUNIT_EXPECT_EQ(test, rt->failure.mf_flags, MF_UNMAP_ONLY);

	/* All of it is before the data. */
	KUNIT_EXPECT_EQ(test, FAIL(BASE + START_PAD, P), 0);
	KUNIT_EXPECT_EQ(test, FAIL(DATA - L, L), 0);
	KUNIT_EXPECT_EQ(test, rt->told, 1);

	/* Some of it is. */
	KUNIT_EXPECT_EQ(test, FAIL(DATA - L, 3 * L), -EBUSY);
	KUNIT_EXPECT_EQ(test, rt->told, 2);
	KUNIT_EXPECT_EQ(test, rt->failure.offset, 0);
	KUNIT_EXPECT_EQ(test, rt->failure.len, 2 * L);
	KUNIT_EXPECT_EQ(test, rt->failure.pfn, PHYS_PFN(DATA));

	/* Nobody holds it yet. */
	KUNIT_EXPECT_EQ(test, pmem_poison_failure(poison, NULL, phys, L,
						  MF_UNMAP_ONLY), 0);
	KUNIT_EXPECT_EQ(test, rt->told, 2);
#undef FAIL
	dax_unregister_holder(&rt->holder);
	kill_dax(dax_dev);
	put_dax(dax_dev);
}

/* ---- reads, and writes that repair nothing ------------------------------- */

/* The bad line in all of them, the first one of its sector. */
#define BAD	(P + S)

static void repair_test_read_bytes(struct kunit *test)
{
	static const struct {
		phys_addr_t offset;
		size_t len, want;
	} cases[] = {
		{ 0, P, P },			/* a good page */
		{ 7, 99, 99 },
		{ P, P, S },			/* up to the line */
		{ P + 7, S, S - 7 },
		{ BAD - 1, 2, 1 },
		{ BAD, 1, 0 },
		{ BAD + L - 1, 2, 0 },
		{ BAD + L, 3 * S - L, 3 * S - L },
		{ 2 * P - 1, 1, 1 },
	};
	struct repair_test *rt = test->priv;
	size_t i;

	add_bad(rt, BAD, L);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		phys_addr_t offset = cases[i].offset;
		size_t want = cases[i].want;
		void *more = rt->data + want;
		ssize_t rc;

		memset(rt->data, 0x5a, P);
		rc = pmem_poison_read_bytes(&rt->poison, offset, rt->data,
					    cases[i].len);
		KUNIT_EXPECT_EQ_MSG(test, rc, want, "case %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(rt->data, rt->memory + offset,
						 want), 0, "case %zu", i);
		KUNIT_EXPECT_NULL_MSG(test, memchr_inv(more, 0x5a, P - want),
				      "case %zu", i);
	}
}

/* As a bio does it: it is in one page, and may be in two of the device. */
static int read_page(struct repair_test *rt, unsigned int page_off,
		     phys_addr_t offset, unsigned int len)
{
	return blk_status_to_errno(pmem_poison_read(&rt->poison, rt->page,
						    page_off, offset, len));
}

static int write_page(struct repair_test *rt, unsigned int page_off,
		      phys_addr_t offset, unsigned int len)
{
	return blk_status_to_errno(pmem_poison_write(&rt->poison, rt->page,
						     page_off, offset, len));
}

static void repair_test_read(struct kunit *test)
{
	struct repair_test *rt = test->priv;

	add_bad(rt, BAD, L);
	memset(rt->data, 0x5a, P);
	KUNIT_EXPECT_EQ(test, read_page(rt, S, P - 2 * S, 3 * S), 0);
	KUNIT_EXPECT_EQ(test, memcmp(rt->data + S, rt->memory + P - 2 * S,
				     3 * S), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(rt->data, 0x5a, S));
	KUNIT_EXPECT_NULL(test, memchr_inv(rt->data + 4 * S, 0x5a, P - 4 * S));
	/* With the bad sector. */
	KUNIT_EXPECT_EQ(test, read_page(rt, 0, P - 2 * S, 4 * S), -EIO);
	KUNIT_EXPECT_EQ(test, read_page(rt, 0, BAD, S), -EIO);
	KUNIT_EXPECT_EQ(test, read_page(rt, 0, P, 2 * S), -EIO);
	/* The one behind it. */
	KUNIT_EXPECT_EQ(test, read_page(rt, 0, BAD + S, S), 0);
	KUNIT_EXPECT_EQ(test, memcmp(rt->data, rt->memory + BAD + S, S), 0);
	/* Bad in the one page, good in the next. */
	add_bad(rt, 2 * P - S, L);
	KUNIT_EXPECT_EQ(test, read_page(rt, 0, 2 * P - S, 3 * S), -EIO);
}

static void expect_memory(struct kunit *test, const char *what, size_t nr)
{
	struct repair_test *rt = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, 0,
			    memcmp(rt->memory, rt->expected, PAGES * P),
			    "%s %zu: not what should be there", what, nr);
}

static void repair_test_write(struct kunit *test)
{
	struct repair_test *rt = test->priv;

	add_bad(rt, BAD, L);
	memcpy(rt->expected + P - 2 * S, rt->data + S, 3 * S);
	KUNIT_EXPECT_EQ(test, write_page(rt, S, P - 2 * S, 3 * S), 0);
	expect_memory(test, "step", 1);
	memcpy(rt->expected + BAD + S, rt->data, S);
	KUNIT_EXPECT_EQ(test, write_page(rt, 0, BAD + S, S), 0);
	expect_memory(test, "step", 2);
}

/* Of @bytes there are @have; what is not written is given back. */
static size_t write_data(struct kunit *test, phys_addr_t offset, size_t bytes,
			 size_t have)
{
	struct repair_test *rt = test->priv;
	struct kvec kvec = { .iov_base = rt->data, .iov_len = have };
	struct iov_iter i;
	size_t done;

	iov_iter_kvec(&i, ITER_SOURCE, &kvec, 1, have);
	done = pmem_poison_write_iter(&rt->poison, offset, bytes, &i);
	KUNIT_ASSERT_LE(test, done, have);
	KUNIT_EXPECT_EQ(test, iov_iter_count(&i), have - done);
	return done;
}

/* A bad line takes a write of its sector; without, nothing is written there. */
static void repair_test_write_iter(struct kunit *test)
{
	static const struct {
		phys_addr_t offset;
		size_t bytes, want;
	} cases[] = {
		{ 0, P, P },
		{ 100, 50, 50 },
		{ P - 9, 18, 18 },		/* into the bad page */
		{ 9, P + 4 * S - 8, P - 9 },	/* and on, up to one */
		{ P, S, S },			/* right up to the bad sector */
		{ P + 10, S - 10, S - 10 },
		{ P + 10, S - 9, 0 },		/* and one byte of it */
		{ P, S + 1, 0 },
		{ P - 3, S + 4, 3 },
		{ BAD, S - 1, 0 },		/* not all of it */
		{ BAD + 1, 5, 0 },
		{ BAD + 1, S - 1, 0 },
		{ BAD + 1, S, 0 },
		{ BAD + L - 1, S - L + 1, 0 },
		{ BAD + L - 1, 2 * S, 0 },
		{ BAD + L, S - L, S - L },	/* the good part of it */
		{ BAD + L, 2 * S - L + 5, 2 * S - L + 5 },
		{ BAD + S, S + 17, S + 17 },	/* up to the other bad sector */
		{ BAD, 3 * S + 1, 0 },		/* all of it, and not of */
		{ BAD + S - 1, 2 * S + 2, 0 },	/* the other one */
		{ BAD + 5 * S, S - L, S - L },	/* up to the last line of one */
		{ BAD + 5 * S, S - 1, 0 },
#ifdef CONFIG_64BIT
		{ BAD + 6 * S - L, L, 0 },	/* all of that line */
		{ BAD + 6 * S - L, L + S, 0 },
		{ BAD + 6 * S - 2 * L, 2 * L, 0 },
#endif
		{ 2 * P - 1, 1, 1 },
		{ 2 * P - 1, P + 2, P + 2 },	/* and on, to the next */
	};
	struct repair_test *rt = test->priv;
	size_t i;

	add_bad(rt, BAD, L);
	add_bad(rt, BAD + 3 * S, L);
	add_bad(rt, BAD + 6 * S - L, L);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t want = cases[i].want;

		KUNIT_EXPECT_EQ_MSG(test, write_data(test, cases[i].offset,
						     cases[i].bytes,
						     cases[i].bytes),
				    want, "case %zu", i);
		memcpy(rt->expected + cases[i].offset, rt->data, want);
		expect_memory(test, "case", i);
		/* For the next one. */
		memset(rt->memory, i, PAGES * P);
		memset(rt->expected, i, PAGES * P);
	}
	KUNIT_EXPECT_TRUE(test, is_bad(&rt->poison, BAD, L));
	KUNIT_EXPECT_TRUE(test, is_bad(&rt->poison, BAD + 3 * S, L));
	KUNIT_EXPECT_TRUE(test, is_bad(&rt->poison, BAD + 6 * S - L, L));
}

/* When there is less data than was said, whole sectors of it are written. */
static void repair_test_write_short(struct kunit *test)
{
	static const struct {
		phys_addr_t offset;
		size_t bytes, have, want;
	} cases[] = {
		{ 0, P, S + 100, S },
		{ 0, P, S, S },
		{ 0, P, S - 1, 0 },
		{ 0, P, 0, 0 },
		{ 100, P - 100, 300, 0 },
		{ 100, P - 100, S - 100, S - 100 },
		{ 100, P - 100, S, S - 100 },
		{ 0, 3 * P, P + S + 1, P + S },
		{ 0, 3 * P, 2 * P, 2 * P },
		{ P - 1, P, 2, 1 },
		{ 0, 300, 300, 300 },		/* there is not less */
	};
	struct repair_test *rt = test->priv;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t want = cases[i].want;

		KUNIT_EXPECT_EQ_MSG(test, write_data(test, cases[i].offset,
						     cases[i].bytes,
						     cases[i].have),
				    want, "case %zu", i);
		memcpy(rt->expected + cases[i].offset, rt->data, want);
		expect_memory(test, "case", i);
		memset(rt->memory, i, PAGES * P);
		memset(rt->expected, i, PAGES * P);
	}
}

static struct kunit_case repair_test_cases[] = {
	KUNIT_CASE(repair_test_to_page_end),
	KUNIT_CASE(repair_test_good_bytes),
	KUNIT_CASE(repair_test_good_bytes_model),
	KUNIT_CASE(repair_test_is_bad),
	KUNIT_CASE(repair_test_hit),
	KUNIT_CASE(repair_test_good_pages),
	KUNIT_CASE(repair_test_start_pad),
	KUNIT_CASE(repair_test_to_confine),
	KUNIT_CASE(repair_test_has_pages),
	KUNIT_CASE(repair_test_confined),
	KUNIT_CASE(repair_test_failure),
	KUNIT_CASE(repair_test_read_bytes),
	KUNIT_CASE(repair_test_read),
	KUNIT_CASE(repair_test_write),
	KUNIT_CASE(repair_test_write_iter),
	KUNIT_CASE(repair_test_write_short),
	{}
};

static struct kunit_suite repair_test_suite = {
	.name = "nvdimm_repair",
	.init = repair_test_init,
	.exit = repair_test_exit,
	.test_cases = repair_test_cases,
};

kunit_test_suite(repair_test_suite);
