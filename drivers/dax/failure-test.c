// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of who is told when memory of a DAX device fails: which holder, of
 * which of its bytes, and what is left to mf_generic_kill_procs().
 *
 *	tools/testing/kunit/kunit.py run --arch=x86_64 --kunitconfig=drivers/dax
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/dax.h>
#include <linux/dax-failure.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>

#define PFN	0x1000UL	/* of the device's first byte */
#define PAGES	NULL		/* told instead of a holder: those who map the pages */

/**
 * struct test_holder - a holder that writes down what it is told
 * @holder: as registered
 * @gone: has no reference to give
 * @refs: those that it has given
 * @rc: what it answers
 * @told: called while it is being told, or NULL
 * @other: for @told
 */
struct test_holder {
	struct dax_holder holder;
	bool gone;
	int refs;
	int rc;
	void (*told)(struct test_holder *self);
	struct test_holder *other;
};

/* One thing that was told: to a holder in bytes, or of the pages, in pages. */
struct told {
	struct test_holder *who;
	u64 offset;
	u64 len;
	unsigned long pfn;
	int mf_flags;
};

/**
 * struct registry_test - a device without memory, and what was told of it
 * @dax_dev: the device
 * @nr: number of @told
 * @told: in order
 */
struct registry_test {
	struct dax_device *dax_dev;
	size_t nr;
	struct told told[16];
};

static void write_down(struct told told)
{
	struct kunit *test = kunit_get_current_test();
	struct registry_test *rt = test->priv;

	KUNIT_ASSERT_LT(test, rt->nr, ARRAY_SIZE(rt->told));
	rt->told[rt->nr++] = told;
}

static int fake_kill_procs(unsigned long pfn, unsigned long nr_pages,
			   int mf_flags)
{
	write_down((struct told){ PAGES, 0, nr_pages, pfn, mf_flags });
	return 0;
}

static struct test_holder *to_test(struct dax_holder *holder)
{
	return container_of(holder, struct test_holder, holder);
}

static bool test_get(struct dax_holder *holder)
{
	struct test_holder *th = to_test(holder);

	th->refs += !th->gone;
	return !th->gone;
}

static void test_put(struct dax_holder *holder)
{
	to_test(holder)->refs--;
}

static int test_notify_failure(struct dax_holder *holder,
			       const struct dax_failure *failure)
{
	struct test_holder *th = to_test(holder);

	KUNIT_EXPECT_EQ(kunit_get_current_test(), th->refs, 1);
	write_down((struct told) {
		th, failure->offset, failure->len, failure->pfn, failure->mf_flags
	});
	if (th->told)
		th->told(th);
	return th->rc;
}

static const struct dax_holder_operations test_ops = {
	.get		= test_get,
	.put		= test_put,
	.notify_failure	= test_notify_failure,
};

static struct test_holder *hold(struct kunit *test, u64 start, u64 len)
{
	struct registry_test *rt = test->priv;
	struct test_holder *th = kunit_kzalloc(test, sizeof(*th), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, th);
	th->holder.ops = &test_ops;
	th->holder.start = start;
	th->holder.len = len;
	dax_register_holder(rt->dax_dev, &th->holder);
	return th;
}

static int failure(struct kunit *test, u64 offset, u64 len, int mf_flags)
{
	struct registry_test *rt = test->priv;

	return dax_notify_failure(rt->dax_dev, offset, len,
				  PFN + PHYS_PFN(offset), mf_flags);
}

/* What was told is this, in this order, and nothing else. */
#define EXPECT_TOLD(test, ...) do {					\
	const struct told want[] = { __VA_ARGS__ };			\
	expect_told(test, want, ARRAY_SIZE(want), __LINE__);		\
} while (0)

static void expect_told(struct kunit *test, const struct told *want, size_t nr,
			int line)
{
	struct registry_test *rt = test->priv;
	size_t i;

	for (i = 0; i < min(nr, rt->nr); i++) {
		const struct told *got = &rt->told[i];

		KUNIT_EXPECT_PTR_EQ_MSG(test, got->who, want[i].who,
					"line %d, call %zu", line, i);
		KUNIT_EXPECT_EQ_MSG(test, got->offset, want[i].offset,
				    "line %d, call %zu", line, i);
		KUNIT_EXPECT_EQ_MSG(test, got->len, want[i].len,
				    "line %d, call %zu", line, i);
		KUNIT_EXPECT_EQ_MSG(test, got->mf_flags, want[i].mf_flags,
				    "line %d, call %zu", line, i);
		if (!(want[i].mf_flags & MF_MEM_PRE_REMOVE))
			KUNIT_EXPECT_EQ_MSG(test, got->pfn, want[i].pfn,
					    "line %d, call %zu", line, i);
	}
	KUNIT_EXPECT_EQ_MSG(test, rt->nr, nr, "line %d: calls", line);
	rt->nr = 0;
}

static int registry_test_init(struct kunit *test)
{
	struct registry_test *rt = kunit_kzalloc(test, sizeof(*rt), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, rt);
	rt->dax_dev = alloc_dax(NULL, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, rt->dax_dev);
	test->priv = rt;
	kunit_activate_static_stub(test, mf_generic_kill_procs, fake_kill_procs);
	return 0;
}

static void registry_test_exit(struct kunit *test)
{
	struct registry_test *rt = test->priv;

	if (!rt)
		return;
	kill_dax(rt->dax_dev);
	put_dax(rt->dax_dev);
}

/* A holder is told of what it holds, in its own offsets; the rest by the pages. */
static void registry_test_clip(struct kunit *test)
{
	struct test_holder *th = hold(test, SZ_16K, SZ_32K);

	KUNIT_EXPECT_EQ(test, failure(test, SZ_8K, SZ_64K, MF_UNMAP_ONLY), 0);
	EXPECT_TOLD(test,
		    { PAGES, 0, 2, PFN + 2, MF_UNMAP_ONLY },
		    { th, 0, SZ_32K, PFN + 4, MF_UNMAP_ONLY },
		    { PAGES, 0, 6, PFN + 12, MF_UNMAP_ONLY });

	failure(test, SZ_16K + SZ_4K, SZ_8K, 0);
	EXPECT_TOLD(test, { th, SZ_4K, SZ_8K, PFN + 5, 0 });
	dax_unregister_holder(&th->holder);
}

/* The bytes are those that are bad, not their page. */
static void registry_test_bytes(struct kunit *test)
{
	struct test_holder *th = hold(test, SZ_16K, SZ_32K);

	failure(test, SZ_16K + SZ_4K + 128, 64, 0);
	EXPECT_TOLD(test, { th, SZ_4K + 128, 64, PFN + 5, 0 });

	/* on both sides of where it begins, in mid page */
	dax_unregister_holder(&th->holder);
	th = hold(test, SZ_16K + SZ_2K, SZ_32K);
	failure(test, SZ_16K + SZ_2K - 64, 128, 0);
	EXPECT_TOLD(test, { PAGES, 0, 1, PFN + 4, 0 }, { th, 0, 64, PFN + 4, 0 });
	dax_unregister_holder(&th->holder);
}

/* Who touches only the end or the start of the event is not told. */
static void registry_test_edges(struct kunit *test)
{
	struct test_holder *th = hold(test, SZ_16K, SZ_16K);

	failure(test, SZ_8K, SZ_8K, 0);
	EXPECT_TOLD(test, { PAGES, 0, 2, PFN + 2, 0 });
	failure(test, SZ_32K, SZ_4K, 0);
	EXPECT_TOLD(test, { PAGES, 0, 1, PFN + 8, 0 });
	failure(test, SZ_32K - 1, 1, 0);
	EXPECT_TOLD(test, { th, SZ_16K - 1, 1, PFN + 7, 0 });
	dax_unregister_holder(&th->holder);
}

/* Several, in the order of their ranges, whoever came first; they may overlap. */
static void registry_test_several(struct kunit *test)
{
	struct test_holder *last = hold(test, SZ_32K, SZ_8K);
	struct test_holder *first = hold(test, 0, SZ_16K);
	struct test_holder *inner = hold(test, SZ_4K, SZ_4K);

	failure(test, 0, SZ_64K, 0);
	EXPECT_TOLD(test,
		    { first, 0, SZ_16K, PFN, 0 },
		    { inner, 0, SZ_4K, PFN + 1, 0 },
		    { PAGES, 0, 4, PFN + 4, 0 },
		    { last, 0, SZ_8K, PFN + 8, 0 },
		    { PAGES, 0, 6, PFN + 10, 0 });
	KUNIT_EXPECT_EQ(test, first->refs + inner->refs + last->refs, 0);
	dax_unregister_holder(&inner->holder);
	dax_unregister_holder(&first->holder);
	dax_unregister_holder(&last->holder);
}

/* A whole disk, however large it is. */
static void registry_test_whole_disk(struct kunit *test)
{
	struct test_holder *th = hold(test, 0, U64_MAX);

	failure(test, SZ_1T, SZ_4K, 0);
	EXPECT_TOLD(test, { th, SZ_1T, SZ_4K, PFN + PHYS_PFN(SZ_1T), 0 });
	dax_unregister_holder(&th->holder);
}

/* Who is not ready, or about to go, is not told; it has no mappings of its own. */
static void registry_test_gone(struct kunit *test)
{
	struct test_holder *th = hold(test, 0, SZ_16K);
	struct test_holder *next = hold(test, SZ_16K, SZ_16K);

	th->gone = true;
	failure(test, 0, SZ_32K, 0);
	EXPECT_TOLD(test, { PAGES, 0, 4, PFN, 0 },
		    { next, 0, SZ_16K, PFN + 4, 0 });
	KUNIT_EXPECT_EQ(test, th->refs, 0);
	dax_unregister_holder(&th->holder);
	dax_unregister_holder(&next->holder);
}

/* What a holder does not handle goes by its pages, and only that. */
static void registry_test_not_handled(struct kunit *test)
{
	struct test_holder *th = hold(test, SZ_8K, SZ_8K);

	th->rc = -EOPNOTSUPP;
	KUNIT_EXPECT_EQ(test, failure(test, SZ_4K, SZ_16K, 0), 0);
	EXPECT_TOLD(test,
		    { PAGES, 0, 1, PFN + 1, 0 },
		    { th, 0, SZ_8K, PFN + 2, 0 },
		    { PAGES, 0, 2, PFN + 2, 0 },
		    { PAGES, 0, 1, PFN + 4, 0 });
	dax_unregister_holder(&th->holder);
}

/* An error of one keeps nobody else from being told; the first one is returned. */
static void registry_test_error(struct kunit *test)
{
	struct test_holder *a = hold(test, 0, SZ_4K);
	struct test_holder *b = hold(test, SZ_4K, SZ_4K);
	struct test_holder *c = hold(test, SZ_8K, SZ_4K);

	a->rc = -EIO;
	b->rc = -ENOMEM;
	KUNIT_EXPECT_EQ(test, failure(test, 0, 3 * SZ_4K, 0), -EIO);
	EXPECT_TOLD(test, { a, 0, SZ_4K, PFN, 0 }, { b, 0, SZ_4K, PFN + 1, 0 },
		    { c, 0, SZ_4K, PFN + 2, 0 });
	dax_unregister_holder(&a->holder);
	dax_unregister_holder(&b->holder);
	dax_unregister_holder(&c->holder);
}

/* A device that goes takes everything along, and nothing is left to the pages. */
static void registry_test_removal(struct kunit *test)
{
	struct registry_test *rt = test->priv;
	struct test_holder *part = hold(test, SZ_1M, SZ_1G);
	struct test_holder *all = hold(test, 0, U64_MAX);

	all->rc = -EOPNOTSUPP;
	kill_dax(rt->dax_dev);
	EXPECT_TOLD(test, { all, 0, U64_MAX, 0, MF_MEM_PRE_REMOVE },
		    { part, 0, SZ_1G, 0, MF_MEM_PRE_REMOVE });

	dax_set_removed(rt->dax_dev);
	kill_dax(rt->dax_dev);
	EXPECT_TOLD(test,
		    { all, 0, U64_MAX, 0, MF_MEM_PRE_REMOVE | MF_MEM_REMOVED },
		    { part, 0, SZ_1G, 0, MF_MEM_PRE_REMOVE | MF_MEM_REMOVED });
	dax_unregister_holder(&part->holder);
	dax_unregister_holder(&all->holder);
}

static void unregister_other(struct test_holder *self)
{
	dax_unregister_holder(&self->other->holder);
}

/* One that unregisters while another is told is not told any more. */
static void registry_test_unregister(struct kunit *test)
{
	struct test_holder *a = hold(test, 0, SZ_4K);
	struct test_holder *b = hold(test, SZ_4K, SZ_4K);
	struct test_holder *c = hold(test, SZ_8K, SZ_4K);

	a->told = unregister_other;
	a->other = b;
	failure(test, 0, 3 * SZ_4K, 0);
	EXPECT_TOLD(test, { a, 0, SZ_4K, PFN, 0 }, { PAGES, 0, 1, PFN + 1, 0 },
		    { c, 0, SZ_4K, PFN + 2, 0 });
	/* Twice does no harm. */
	dax_unregister_holder(&b->holder);
	dax_unregister_holder(&a->holder);
	dax_unregister_holder(&c->holder);
}

static void register_other(struct test_holder *self)
{
	struct registry_test *rt = kunit_get_current_test()->priv;

	dax_register_holder(rt->dax_dev, &self->other->holder);
	self->told = NULL;
}

/* One that registers behind the one that is being told is told as well. */
static void registry_test_register(struct kunit *test)
{
	struct test_holder *a = hold(test, 0, SZ_4K);
	struct test_holder *b = hold(test, SZ_4K, SZ_4K);

	dax_unregister_holder(&b->holder);
	a->told = register_other;
	a->other = b;
	failure(test, 0, SZ_8K, 0);
	EXPECT_TOLD(test, { a, 0, SZ_4K, PFN, 0 }, { b, 0, SZ_4K, PFN + 1, 0 });
	dax_unregister_holder(&a->holder);
	dax_unregister_holder(&b->holder);
}

static struct kunit_case registry_test_cases[] = {
	KUNIT_CASE(registry_test_clip),
	KUNIT_CASE(registry_test_bytes),
	KUNIT_CASE(registry_test_edges),
	KUNIT_CASE(registry_test_several),
	KUNIT_CASE(registry_test_whole_disk),
	KUNIT_CASE(registry_test_gone),
	KUNIT_CASE(registry_test_not_handled),
	KUNIT_CASE(registry_test_error),
	KUNIT_CASE(registry_test_removal),
	KUNIT_CASE(registry_test_unregister),
	KUNIT_CASE(registry_test_register),
	{}
};

static struct kunit_suite registry_test_suite = {
	.name = "dax_failure",
	.init = registry_test_init,
	.exit = registry_test_exit,
	.test_cases = registry_test_cases,
};

kunit_test_suite(registry_test_suite);

MODULE_DESCRIPTION("KUnit tests of who is told of failures of DAX memory");
MODULE_LICENSE("GPL");
