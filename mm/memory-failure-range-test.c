// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what a process is told of a range that it has lost: where it
 * had that mapped, and how much of it, in si_addr_lsb.  Included by
 * memory-failure-range.c.
 *
 *	tools/testing/kunit/kunit.py run --arch=x86_64 --kunitconfig=drivers/dax
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/sizes.h>

#define TEST_ADDR	0x40000000UL	/* a user's on 32 bits, too; of 1 GiB */
#define TEST_LEN(pages)	((pages) * PAGE_SIZE)

/**
 * struct range_test - a range of a file, and who maps some of it
 * @range: the range
 * @vma: two mappings
 * @mm: that both are in, not that of a process
 */
struct range_test {
	struct mf_range range;
	struct vm_area_struct vma[2];
	struct mm_struct mm;
};

static int range_test_init(struct kunit *test)
{
	struct range_test *rt = kunit_kzalloc(test, sizeof(*rt), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, rt);
	hash_init(rt->range.users);
	atomic_set(&rt->mm.mm_count, 1);
	test->priv = rt;
	return 0;
}

static void range_test_exit(struct kunit *test)
{
	struct range_test *rt = test->priv;
	struct hlist_node *tmp;
	struct mf_user *user;
	int bucket;

	if (!rt)
		return;
	hash_for_each_safe(rt->range.users, bucket, tmp, user, node)
		if (user != &rt->range.self)
			kfree(user);
}

/* Map @pages of the file from @pgoff on. */
static struct vm_area_struct *map(struct range_test *rt, int i,
				  unsigned long addr, pgoff_t pgoff,
				  unsigned long pages)
{
	struct vm_area_struct *vma = &rt->vma[i];

	vma->vm_mm = &rt->mm;
	vma->vm_start = addr;
	vma->vm_end = addr + TEST_LEN(pages);
	vma->vm_pgoff = pgoff;
	return vma;
}

static unsigned long end_of(struct range_test *rt, pgoff_t first, pgoff_t last)
{
	rt->range.first = first;
	rt->range.last = last;
	return mf_end(&rt->range, &rt->vma[0]);
}

/* The last page of the range, or of the mapping, whichever comes first. */
static void range_test_end(struct kunit *test)
{
	static const struct {
		pgoff_t pgoff, first, last;
		unsigned long pages;
	} cases[] = {
		{ 100, 100, 100, 1 },			/* its first page */
		{ 100, 105, 105, 6 },			/* one within */
		{ 100, 105, 114, 15 },			/* to the one before */
		{ 100, 105, 115, 16 },			/* to its last one */
		{ 100, 115, 115, 16 },			/* that alone */
		{ 100, 105, 116, 16 },			/* beyond it */
		{ 100, 0, 100, 1 },			/* from before it */
		{ 100, 99, 114, 15 },
		{ 100, 0, 115, 16 },
		{ 100, 0, 100000, 16 },			/* all, and more */
		{ 100, 0, ULONG_MAX - 1, 16 },		/* all of the file */
		{ 100, 0, ULONG_MAX, 16 },
		{ 100, 110, ULONG_MAX - 1, 16 },	/* all from there on */
		{ 0, 0, 0, 1 },				/* the file's start */
		{ 0, 3, 14, 15 },
		{ 0, 3, 15, 16 },
		{ 0, 0, 16, 16 },
		{ 0, 0, ULONG_MAX, 16 },
		/* at the largest offset */
		{ ULONG_MAX - 16, 0, ULONG_MAX - 16, 1 },
		{ ULONG_MAX - 16, 0, ULONG_MAX - 2, 15 },
		{ ULONG_MAX - 16, 0, ULONG_MAX - 1, 16 },
		{ ULONG_MAX - 16, 0, ULONG_MAX, 16 },
	};
	struct range_test *rt = test->priv;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long end, want = TEST_ADDR + TEST_LEN(cases[i].pages);

		map(rt, 0, TEST_ADDR, cases[i].pgoff, 16);
		end = end_of(rt, cases[i].first, cases[i].last);
		KUNIT_EXPECT_EQ_MSG(test, end, want, "case %zu", i);
	}
}

/* A quarter of what can be addressed: nothing is cut to 32 bits, or signed. */
static void range_test_end_of_large(struct kunit *test)
{
	unsigned long pages = (1UL << (BITS_PER_LONG - 2)) / PAGE_SIZE;
	struct range_test *rt = test->priv;

	map(rt, 0, TEST_ADDR, 7, pages);
	KUNIT_EXPECT_EQ(test, end_of(rt, 0, 7 + pages - 2),
			TEST_ADDR + TEST_LEN(pages - 1));
	KUNIT_EXPECT_EQ(test, end_of(rt, 0, 7 + pages - 1),
			TEST_ADDR + TEST_LEN(pages));
	KUNIT_EXPECT_EQ(test, end_of(rt, 0, 7 + pages),
			TEST_ADDR + TEST_LEN(pages));
	KUNIT_EXPECT_EQ(test, end_of(rt, 0, 7 + pages / 2),
			TEST_ADDR + TEST_LEN(pages / 2 + 1));
}

static void range_test_lsb(struct kunit *test)
{
	static const struct {
		unsigned long addr, len;
		short lsb;
	} cases[] = {
		/* The address is aligned to a page, and no more. */
		{ TEST_ADDR + PAGE_SIZE, PAGE_SIZE, PAGE_SHIFT },
		{ TEST_ADDR + PAGE_SIZE, SZ_1G, PAGE_SHIFT },
		{ TEST_ADDR + SZ_2M - PAGE_SIZE, SZ_2M, PAGE_SHIFT },
		{ TEST_ADDR + 2 * PAGE_SIZE, SZ_1G, PAGE_SHIFT + 1 },
		{ TEST_ADDR + 3 * PAGE_SIZE, SZ_1G, PAGE_SHIFT },
		/* There is more or less to lose than what it is aligned to. */
		{ TEST_ADDR + SZ_2M, PAGE_SIZE, PAGE_SHIFT },
		{ TEST_ADDR + SZ_2M, 2 * PAGE_SIZE, PAGE_SHIFT + 1 },
		{ TEST_ADDR + SZ_2M, 3 * PAGE_SIZE, PAGE_SHIFT + 1 },
		{ TEST_ADDR + SZ_2M, 4 * PAGE_SIZE, PAGE_SHIFT + 2 },
		{ TEST_ADDR + SZ_2M, SZ_2M - PAGE_SIZE, 20 },
		{ TEST_ADDR + SZ_2M, SZ_2M, 21 },
		{ TEST_ADDR + SZ_2M, SZ_2M + PAGE_SIZE, 21 },
		{ TEST_ADDR + SZ_2M, SZ_4M, 21 },
		{ TEST_ADDR + SZ_2M, SZ_1G, 21 },
		{ TEST_ADDR, PAGE_SIZE, PAGE_SHIFT },
		{ TEST_ADDR, SZ_1G - PAGE_SIZE, 29 },
		{ TEST_ADDR, SZ_1G, 30 },
		{ TEST_ADDR, SZ_1G + PAGE_SIZE, 30 },
		{ TEST_ADDR, SZ_2G, 30 },
		/* Up to the end of 32 bits. */
		{ 0x80000000, SZ_1G, 30 },
		{ 0x80000000, 0x80000000 - PAGE_SIZE, 30 },
		/* Who may map address 0 can lose it. */
		{ 0, PAGE_SIZE, PAGE_SHIFT },
		{ 0, 3 * PAGE_SIZE, PAGE_SHIFT + 1 },
		{ 0, SZ_2M - PAGE_SIZE, 20 },
		{ 0, SZ_1G, 30 },
#ifdef CONFIG_64BIT
		{ 0x80000000, 0x80000000, 31 },
		{ 0x7f0000000000, SZ_1G, 30 },
		{ 0x7f0000000000, 0x7fffff000, 34 },
		{ 0x7f0000000000, 0xffffff000, 35 },
		{ 0x7f0000000000, 0x10000000000 - PAGE_SIZE, 39 },
		{ 0x7f0000000000, 0x20000000000, 40 },
		{ 0, 0x800000000000 - PAGE_SIZE, 46 },
#endif
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, mf_lsb(cases[i].addr,
						 cases[i].addr + cases[i].len),
				    cases[i].lsb, "case %zu", i);
}

/* A number of pages of up to @bits bits, and up to half as many zeroes. */
static unsigned long random_len(struct rnd_state *rnd, unsigned int bits)
{
	unsigned long pages = prandom_u32_state(rnd);

	pages %= 1UL << (1 + prandom_u32_state(rnd) % bits);
	return TEST_LEN(pages << (prandom_u32_state(rnd) % (bits / 2)));
}

/* The block is aligned, lies in what is lost, and none is larger. */
static void range_test_lsb_block(struct kunit *test)
{
	/* A sum of two, and twice a block, are to fit into an unsigned long. */
	unsigned int bits = (BITS_PER_LONG - 4 - PAGE_SHIFT) * 2 / 3;
	unsigned int by_addr = 0, by_end = 0;
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 21);
	for (i = 0; i < 10000; i++) {
		unsigned long addr = random_len(&rnd, bits);
		unsigned long len = random_len(&rnd, bits) + PAGE_SIZE;
		unsigned long block = 1UL << mf_lsb(addr, addr + len);

		KUNIT_ASSERT_TRUE_MSG(test, IS_ALIGNED(addr, block),
				      "%#lx, %#lx: %#lx", addr, len, block);
		KUNIT_ASSERT_LE_MSG(test, block, len,
				    "%#lx, %#lx: %#lx", addr, len, block);
		KUNIT_ASSERT_TRUE_MSG(test, !IS_ALIGNED(addr, 2 * block) ||
				      2 * block > len,
				      "%#lx, %#lx: %#lx", addr, len, block);
		by_addr += 2 * block <= len;
		by_end += IS_ALIGNED(addr, 2 * block);
	}
	/* What kept it from being larger was the one, and the other. */
	KUNIT_EXPECT_GT(test, by_addr, 1000);
	KUNIT_EXPECT_GT(test, by_end, 1000);
}

/* The first mapping that has some counts, and what is lost of that. */
static void range_test_user(struct kunit *test)
{
	struct range_test *rt = test->priv;
	struct vm_area_struct *first, *second;
	unsigned long addr = TEST_ADDR + TEST_LEN(512);
	struct mf_user *user, *found = NULL;
	int bucket, users = 0;

	/* From page 512 of the first one on, three pages are in the range. */
	first = map(rt, 0, TEST_ADDR, 9, 1024);
	second = map(rt, 1, TEST_ADDR + SZ_1G, 0, 1024);
	rt->range.first = 10;
	rt->range.last = 9 + 512 + 2;
	mf_add_user(&rt->range, first, addr, 0x1000);
	KUNIT_EXPECT_PTR_EQ(test, rt->range.found, first);
	mf_add_user(&rt->range, second, addr + SZ_1G, 0x2000);
	KUNIT_EXPECT_PTR_EQ(test, rt->range.found, second);

	hash_for_each(rt->range.users, bucket, user, node) {
		found = user;
		users++;
	}
	KUNIT_ASSERT_EQ(test, users, 1);
	KUNIT_EXPECT_PTR_EQ(test, found->mm, &rt->mm);
	KUNIT_EXPECT_PTR_NE(test, found, &rt->range.self);
	KUNIT_EXPECT_EQ(test, found->addr, addr);
	KUNIT_EXPECT_EQ(test, found->pfn, 0x1000);
	KUNIT_EXPECT_EQ(test, found->lsb, PAGE_SHIFT + 1);
	/* Its struct stays until he has been signalled. */
	KUNIT_EXPECT_EQ(test, atomic_read(&rt->mm.mm_count), 2);
}

static struct kunit_case range_test_cases[] = {
	KUNIT_CASE(range_test_end),
	KUNIT_CASE(range_test_end_of_large),
	KUNIT_CASE(range_test_lsb),
	KUNIT_CASE(range_test_lsb_block),
	KUNIT_CASE(range_test_user),
	{}
};

static struct kunit_suite range_test_suite = {
	.name = "memory_failure_range",
	.init = range_test_init,
	.exit = range_test_exit,
	.test_cases = range_test_cases,
};

kunit_test_suite(range_test_suite);
