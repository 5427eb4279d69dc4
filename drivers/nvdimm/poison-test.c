// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the map of bad lines.
 *
 *	tools/testing/kunit/kunit.py run --kunitconfig=drivers/nvdimm
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "poison.h"

#define BASE	0x140000000ULL
#define L	ND_POISON_LINE
#define BAD	ND_POISON_BAD
#define SIM	ND_POISON_SIMULATED
#define REPAIR	ND_POISON_REPAIR

static int poison_test_init(struct kunit *test)
{
	struct nd_poison *poison = kunit_kzalloc(test, sizeof(*poison),
						 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, poison);
	nd_poison_init(poison);
	test->priv = poison;
	return 0;
}

static void poison_test_exit(struct kunit *test)
{
	if (test->priv)
		nd_poison_exit(test->priv);
}

/* One range that lookups must give, in lines from BASE on. */
struct expected {
	u64 first, nr;
	unsigned int state;
};

/* All of the map is this, in this order, and nothing else. */
#define EXPECT_MAP(test, ...) do {					\
	const struct expected want[] = { __VA_ARGS__ };			\
	expect_map(test, want, ARRAY_SIZE(want), __LINE__);		\
} while (0)

#define EXPECT_EMPTY(test)	expect_map(test, NULL, 0, __LINE__)

static void expect_map(struct kunit *test, const struct expected *want,
		       size_t nr, int line)
{
	struct range within = { .start = 0, .end = U64_MAX }, found;
	struct nd_poison *poison = test->priv;
	size_t i;

	for (i = 0; i < nr; i++) {
		unsigned int state = nd_poison_find(poison, &within, &found);

		KUNIT_ASSERT_EQ_MSG(test, state, want[i].state,
				    "line %d, range %zu", line, i);
		KUNIT_ASSERT_EQ_MSG(test, found.start,
				    BASE + want[i].first * L,
				    "line %d, range %zu", line, i);
		KUNIT_ASSERT_EQ_MSG(test, range_len(&found), want[i].nr * L,
				    "line %d, range %zu", line, i);
		within.start = found.end + 1;
	}
	KUNIT_ASSERT_EQ_MSG(test, nd_poison_find(poison, &within, &found), 0,
			    "line %d: more than expected", line);
	KUNIT_ASSERT_EQ(test, nd_poison_empty(poison), !nr);
}

static void add(struct kunit *test, u64 line, u64 nr)
{
	nd_poison_add(test->priv, BASE + line * L, nr * L, false);
}

static void simulate(struct kunit *test, u64 line, u64 nr)
{
	nd_poison_add(test->priv, BASE + line * L, nr * L, true);
}

/* A repair of some bytes that nothing comes in the way of. */
static int forget_bytes(struct nd_poison *poison, u64 addr, u64 len)
{
	return nd_poison_begin_repair(poison, addr, len) ?:
	       nd_poison_end_repair(poison, addr, len, true);
}

static int forget(struct kunit *test, u64 line, u64 nr)
{
	return forget_bytes(test->priv, BASE + line * L, nr * L);
}

static int begin(struct kunit *test, u64 line, u64 nr)
{
	return nd_poison_begin_repair(test->priv, BASE + line * L, nr * L);
}

static int end(struct kunit *test, u64 line, u64 nr, bool good)
{
	return nd_poison_end_repair(test->priv, BASE + line * L, nr * L, good);
}

static void poison_test_empty(struct kunit *test)
{
	struct nd_poison *poison = test->priv;

	KUNIT_EXPECT_TRUE(test, nd_poison_empty(poison));
	KUNIT_EXPECT_FALSE(test, nd_poison_hit(poison, 0, U64_MAX));
	KUNIT_EXPECT_EQ(test, forget(test, 0, 100), 0);
	nd_poison_add(poison, BASE, 0, false);
	EXPECT_EMPTY(test);
}

static void poison_test_overlap(struct kunit *test)
{
	add(test, 10, 4);
	add(test, 12, 4);
	EXPECT_MAP(test, { 10, 6, BAD });
	add(test, 8, 10);
	EXPECT_MAP(test, { 8, 10, BAD });
	add(test, 9, 1);
	EXPECT_MAP(test, { 8, 10, BAD });
}

static void poison_test_merge(struct kunit *test)
{
	add(test, 4, 1);
	add(test, 6, 1);
	EXPECT_MAP(test, { 4, 1, BAD }, { 6, 1, BAD });
	add(test, 5, 1);
	EXPECT_MAP(test, { 4, 3, BAD });
	simulate(test, 7, 1);
	EXPECT_MAP(test, { 4, 3, BAD }, { 7, 1, SIM });
}

static void poison_test_split(struct kunit *test)
{
	add(test, 0, 9);
	KUNIT_EXPECT_EQ(test, forget(test, 4, 1), 0);
	EXPECT_MAP(test, { 0, 4, BAD }, { 5, 4, BAD });
	KUNIT_EXPECT_EQ(test, forget(test, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, forget(test, 8, 1), 0);
	EXPECT_MAP(test, { 1, 3, BAD }, { 5, 3, BAD });
	KUNIT_EXPECT_EQ(test, forget(test, 3, 3), 0);
	EXPECT_MAP(test, { 1, 2, BAD }, { 6, 2, BAD });
	KUNIT_EXPECT_EQ(test, forget(test, 0, 9), 0);
	EXPECT_EMPTY(test);
}

/* The defect of the list that this replaces: the record took the last length. */
static void poison_test_no_shrink(struct kunit *test)
{
	add(test, 64, 64);
	add(test, 64, 1);
	EXPECT_MAP(test, { 64, 64, BAD });
	simulate(test, 64, 4);
	EXPECT_MAP(test, { 64, 64, BAD });
}

/* Bytes make their line bad; a line is good when all of it is. */
static void poison_test_bytes(struct kunit *test)
{
	struct nd_poison *poison = test->priv;

	nd_poison_add(poison, BASE + L - 1, 2, false);
	EXPECT_MAP(test, { 0, 2, BAD });
	KUNIT_EXPECT_EQ(test, forget_bytes(poison, BASE + 1, 2 * L - 1), 0);
	EXPECT_MAP(test, { 0, 1, BAD });
	KUNIT_EXPECT_EQ(test, forget_bytes(poison, BASE, L - 1), 0);
	EXPECT_MAP(test, { 0, 1, BAD });
	KUNIT_EXPECT_TRUE(test, nd_poison_hit(poison, BASE + L - 1, BASE + L));
	KUNIT_EXPECT_FALSE(test, nd_poison_hit(poison, BASE + L, U64_MAX));
	KUNIT_EXPECT_FALSE(test, nd_poison_hit(poison, 0, BASE - 1));
	KUNIT_EXPECT_EQ(test, nd_poison_begin_repair(poison, BASE + 1, L), 0);
	KUNIT_EXPECT_EQ(test, nd_poison_begin_repair(poison, BASE, L - 1), 0);
	EXPECT_MAP(test, { 0, 1, BAD });
	KUNIT_EXPECT_EQ(test, forget_bytes(poison, BASE, -L), 0);
	EXPECT_EMPTY(test);
	nd_poison_add(poison, -4 * L, -1ULL, false);
	KUNIT_EXPECT_TRUE(test, nd_poison_hit(poison, -1ULL, -1ULL));
	KUNIT_EXPECT_FALSE(test, nd_poison_hit(poison, 0, -4 * L - 1));
}

static void poison_test_simulated(struct kunit *test)
{
	add(test, 2, 2);
	simulate(test, 0, 6);
	EXPECT_MAP(test, { 0, 2, SIM }, { 2, 2, BAD }, { 4, 2, SIM });
	add(test, 1, 1);
	EXPECT_MAP(test, { 0, 1, SIM }, { 1, 3, BAD }, { 4, 2, SIM });
}

static void poison_test_repair(struct kunit *test)
{
	add(test, 0, 8);
	KUNIT_EXPECT_EQ(test, begin(test, 2, 4), 0);
	EXPECT_MAP(test, { 0, 2, BAD }, { 2, 4, BAD | REPAIR }, { 6, 2, BAD });
	KUNIT_EXPECT_EQ(test, end(test, 2, 4, false), 0);
	EXPECT_MAP(test, { 0, 8, BAD });
	KUNIT_EXPECT_EQ(test, begin(test, 2, 4), 0);
	KUNIT_EXPECT_EQ(test, end(test, 2, 4, true), 0);
	EXPECT_MAP(test, { 0, 2, BAD }, { 6, 2, BAD });
	/* What is good beside it is not touched. */
	simulate(test, 3, 1);
	KUNIT_EXPECT_EQ(test, begin(test, 0, 8), 0);
	EXPECT_MAP(test, { 0, 2, BAD | REPAIR }, { 3, 1, SIM | REPAIR },
		   { 6, 2, BAD | REPAIR });
	KUNIT_EXPECT_EQ(test, end(test, 0, 8, true), 0);
	EXPECT_EMPTY(test);
}

static void poison_test_repoison(struct kunit *test)
{
	add(test, 0, 8);
	KUNIT_EXPECT_EQ(test, begin(test, 0, 8), 0);
	add(test, 3, 1);
	EXPECT_MAP(test, { 0, 3, BAD | REPAIR }, { 3, 1, BAD },
		   { 4, 4, BAD | REPAIR });
	KUNIT_EXPECT_TRUE(test, nd_poison_any(test->priv, BASE, 8 * L, REPAIR, 0));
	KUNIT_EXPECT_FALSE(test, nd_poison_any(test->priv, BASE, 3 * L, REPAIR, 0));
	KUNIT_EXPECT_FALSE(test, nd_poison_any(test->priv, BASE, 8 * L, BAD, 0));
	/* A simulated error is not less of an event, but not the worse one. */
	simulate(test, 5, 1);
	KUNIT_EXPECT_EQ(test, end(test, 0, 8, true), 0);
	EXPECT_MAP(test, { 3, 1, BAD }, { 5, 1, BAD });
}

/* A kernel that checks every access takes minutes for a million. */
#define MANY	(IS_ENABLED(CONFIG_KASAN) ? 20 * 1000 : 1000 * 1000)

static void poison_test_million(struct kunit *test)
{
	struct nd_poison *poison = test->priv;
	struct range within = { .start = 0, .end = U64_MAX }, found;
	unsigned long i, seen;

	/* From the middle to both ends, every other line. */
	for (i = 0; i < MANY / 2; i++) {
		add(test, MANY + 2 * i, 1);
		add(test, MANY - 2 * (i + 1), 1);
		if (!(i % 1024))
			cond_resched();
	}
	for (seen = 0; nd_poison_find(poison, &within, &found); seen++) {
		if (found.start != BASE + 2 * seen * L ||
		    range_len(&found) != L)
			KUNIT_FAIL_AND_ABORT(test, "range %lu is %#llx-%#llx",
					     seen, found.start, found.end);
		within.start = found.end + 1;
		if (!(seen % 1024))
			cond_resched();
	}
	KUNIT_EXPECT_EQ(test, seen, MANY);
	for (i = 0; i < 2 * MANY; i += 9973) {
		u64 addr = BASE + i * L;

		KUNIT_ASSERT_EQ(test, nd_poison_hit(poison, addr, addr), !(i % 2));
	}
	/* All of them in one, and none. */
	add(test, 0, 2 * MANY);
	EXPECT_MAP(test, { 0, 2 * MANY, BAD });
	KUNIT_EXPECT_EQ(test, forget(test, 0, 2 * MANY), 0);
	EXPECT_EMPTY(test);
}

#define MODEL	512

/* Anything, compared with an array after every step. */
static void poison_test_model(struct kunit *test)
{
	u8 *model = kunit_kzalloc(test, MODEL, GFP_KERNEL);
	struct nd_poison *poison = test->priv;
	struct rnd_state rnd;
	unsigned int step, i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	prandom_seed_state(&rnd, 612);
	for (step = 0; step < 4000; step++) {
		u32 first = prandom_u32_state(&rnd) % MODEL;
		u32 nr = prandom_u32_state(&rnd) % 24 % (MODEL - first) + 1;
		u32 what = prandom_u32_state(&rnd) % 6;

		switch (what) {
		case 0:
			add(test, first, nr);
			break;
		case 1:
			simulate(test, first, nr);
			break;
		case 2:
			KUNIT_ASSERT_EQ(test, forget(test, first, nr), 0);
			break;
		case 3:
			KUNIT_ASSERT_EQ(test, begin(test, first, nr), 0);
			break;
		default:
			KUNIT_ASSERT_EQ(test, end(test, first, nr, what == 4), 0);
		}
		for (i = first; i < first + nr; i++) {
			u8 s = model[i];

			if (what == 0)
				s = BAD;
			else if (what == 1)
				s = s & BAD ? BAD : SIM;
			else if (what == 2 || (what == 4 && s & REPAIR))
				s = 0;
			else if (what == 3 && s)
				s |= REPAIR;
			else if (what == 5)
				s &= ~REPAIR;
			model[i] = s;
		}
		for (i = 0; i < MODEL; i++) {
			struct range at = {
				.start = BASE + i * L, .end = BASE + i * L,
			}, found;

			KUNIT_ASSERT_EQ_MSG(test, model[i],
					    nd_poison_find(poison, &at, &found),
					    "step %u (%u), line %u", step, what, i);
		}
	}
}

static int no_memory(struct nd_poison *poison, unsigned long first,
		     unsigned long last, unsigned int state)
{
	return -ENOMEM;
}

static void poison_test_no_memory_to_add(struct kunit *test)
{
	struct nd_poison *poison = test->priv;
	unsigned int i;

	add(test, 0, 1);
	kunit_activate_static_stub(test, nd_poison_store, no_memory);
	add(test, 100, 1);
	add(test, 102, 2);
	add(test, 103, 2);
	EXPECT_MAP(test, { 0, 1, BAD }, { 100, 1, BAD }, { 102, 3, BAD });
	/* More than there is room for: nothing is lost, some are bad for nothing. */
	for (i = 0; i < 2 * ND_POISON_COARSE; i++)
		add(test, 1000 + 10 * i, 1);
	for (i = 0; i < 2 * ND_POISON_COARSE; i++) {
		u64 addr = BASE + (1000 + 10 * i) * L;

		KUNIT_EXPECT_TRUE(test, nd_poison_hit(poison, addr, addr));
	}
	KUNIT_EXPECT_FALSE(test, nd_poison_hit(poison, BASE + 200 * L,
					       BASE + 999 * L));
	/* They are still there when there is memory. */
	kunit_deactivate_static_stub(test, nd_poison_store);
	add(test, 0, 1);
	KUNIT_EXPECT_EQ(test, poison->nr_coarse, 0);
	for (i = 0; i < 2 * ND_POISON_COARSE; i++) {
		u64 addr = BASE + (1000 + 10 * i) * L;

		KUNIT_EXPECT_TRUE(test, nd_poison_hit(poison, addr, addr));
	}
	KUNIT_EXPECT_EQ(test, forget(test, 100, 2000), 0);
	EXPECT_MAP(test, { 0, 1, BAD });
}

/* An error that is told in the middle of a repair is seen by who looks. */
static void poison_test_no_memory_in_repair(struct kunit *test)
{
	struct nd_poison *poison = test->priv;

	add(test, 0, 8);
	simulate(test, 8, 8);
	KUNIT_EXPECT_EQ(test, begin(test, 0, 16), 0);
	kunit_activate_static_stub(test, nd_poison_store, no_memory);
	add(test, 5, 1);
	add(test, 12, 1);
	EXPECT_MAP(test, { 0, 5, BAD | REPAIR }, { 5, 1, BAD },
		   { 6, 2, BAD | REPAIR }, { 8, 4, SIM | REPAIR },
		   { 12, 1, BAD }, { 13, 3, SIM | REPAIR });
	KUNIT_EXPECT_TRUE(test, nd_poison_any(poison, BASE, 8 * L, REPAIR, 0));
	KUNIT_EXPECT_TRUE(test, nd_poison_any(poison, BASE + 8 * L, 8 * L, BAD, BAD));
	kunit_deactivate_static_stub(test, nd_poison_store);
	add(test, 100, 1);
	KUNIT_EXPECT_EQ(test, end(test, 0, 16, true), 0);
	EXPECT_MAP(test, { 5, 1, BAD }, { 12, 1, BAD }, { 100, 1, BAD });
}

static void poison_test_no_memory_to_repair(struct kunit *test)
{
	add(test, 0, 8);
	kunit_activate_static_stub(test, nd_poison_store, no_memory);
	KUNIT_EXPECT_EQ(test, begin(test, 2, 4), -ENOMEM);
	KUNIT_EXPECT_EQ(test, forget(test, 2, 4), -ENOMEM);
	EXPECT_MAP(test, { 0, 8, BAD });
	kunit_deactivate_static_stub(test, nd_poison_store);
	KUNIT_EXPECT_EQ(test, begin(test, 2, 4), 0);
	kunit_activate_static_stub(test, nd_poison_store, no_memory);
	KUNIT_EXPECT_EQ(test, end(test, 2, 4, true), -ENOMEM);
	kunit_deactivate_static_stub(test, nd_poison_store);
	EXPECT_MAP(test, { 0, 2, BAD }, { 2, 4, BAD | REPAIR }, { 6, 2, BAD });
	/* A later repair gets them. */
	KUNIT_EXPECT_EQ(test, begin(test, 0, 8), 0);
	KUNIT_EXPECT_EQ(test, end(test, 0, 8, true), 0);
	EXPECT_EMPTY(test);
}

static void poison_test_view(struct kunit *test)
{
	const struct range range = { .start = BASE, .end = BASE + SZ_1M - 1 };
	static const char all[] = "0 1\n3 2\n2047 1\n";
	struct nd_poison *poison = test->priv;
	struct nd_badblocks bb = {};
	char text[64] = {};
	size_t step, pos;

	nd_badblocks_init(&bb, poison, &range);
	KUNIT_EXPECT_EQ(test, nd_badblocks_read(&bb, text, 0, 64), 0);
	nd_poison_add(poison, BASE - 64, 128, false);	/* from before it */
	nd_poison_add(poison, BASE + 3 * 512 + 448, 128, false);
	nd_poison_add(poison, BASE + 3 * 512, 64, true);
	nd_poison_add(poison, BASE + SZ_1M - 64, 4096, false);	/* beyond */
	for (step = 1; step < sizeof(all); step++) {
		memset(text, 0, sizeof(text));
		for (pos = 0; pos < sizeof(all) - 1;) {
			ssize_t n = nd_badblocks_read(&bb, text + pos, pos,
						      step);

			KUNIT_ASSERT_GT(test, n, 0);
			pos += n;
		}
		KUNIT_EXPECT_STREQ(test, text, all);
		KUNIT_EXPECT_EQ(test, nd_badblocks_read(&bb, text, pos, 64), 0);
	}
}

/* Which of the 2 MiB chunks of the view may have something bad? */
static unsigned long near_chunks(struct nd_badblocks *bb)
{
	unsigned long i, found = 0;

	for (i = 0; i < 8; i++) {
		u64 chunk = BASE + i * SZ_2M;

		if (nd_badblocks_near(bb, chunk, chunk + SZ_2M - 1))
			found |= BIT(i);
	}
	return found;
}

static void poison_test_filter(struct kunit *test)
{
	const struct range range = { .start = BASE, .end = BASE + SZ_16M - 1 };
	struct nd_poison *poison = test->priv;
	struct nd_badblocks bb = {};

	nd_poison_add(poison, BASE + 3 * SZ_2M, 64, false);	/* before the view */
	nd_badblocks_init(&bb, poison, &range);
	KUNIT_EXPECT_EQ(test, near_chunks(&bb), 0xff);
	nd_badblocks_add_filter(&bb);
	KUNIT_ASSERT_NOT_NULL(test, bb.filter);
	KUNIT_EXPECT_EQ(test, near_chunks(&bb), BIT(3));
	nd_poison_add(poison, BASE + 6 * SZ_2M - 64, 128, false);
	nd_poison_add(poison, BASE - 64, 64, false);
	nd_poison_add(poison, BASE + SZ_16M, 64, false);
	KUNIT_EXPECT_EQ(test, near_chunks(&bb), BIT(3) | BIT(5) | BIT(6));
	KUNIT_EXPECT_TRUE(test, nd_badblocks_near(&bb, BASE, range.end));
	KUNIT_EXPECT_FALSE(test, nd_badblocks_near(&bb, BASE, BASE + 3 * SZ_2M - 1));
	KUNIT_EXPECT_FALSE(test, nd_badblocks_near(&bb, BASE + 7 * SZ_2M, U64_MAX));
	KUNIT_EXPECT_FALSE(test, nd_badblocks_hit(&bb, BASE + 3 * SZ_2M + 64,
						  BASE + 3 * SZ_2M + 64));
	KUNIT_EXPECT_TRUE(test, nd_badblocks_hit(&bb, BASE + 3 * SZ_2M,
						 BASE + 3 * SZ_2M));
	/* One of two lines of a chunk, then the other. */
	nd_poison_add(poison, BASE + 4 * SZ_2M - 64, 64, true);
	KUNIT_EXPECT_EQ(test, forget_bytes(poison, BASE + 3 * SZ_2M, 64), 0);
	KUNIT_EXPECT_EQ(test, near_chunks(&bb), BIT(3) | BIT(5) | BIT(6));
	KUNIT_EXPECT_EQ(test, nd_poison_begin_repair(poison, BASE, SZ_16M), 0);
	KUNIT_EXPECT_EQ(test, nd_poison_end_repair(poison, BASE, 4 * SZ_2M, true), 0);
	KUNIT_EXPECT_EQ(test, near_chunks(&bb), BIT(5) | BIT(6));
	KUNIT_EXPECT_EQ(test, nd_poison_end_repair(poison, BASE, SZ_16M, true), 0);
	KUNIT_EXPECT_EQ(test, near_chunks(&bb), 0);
	/* What there is no memory for is near, too. */
	kunit_activate_static_stub(test, nd_poison_store, no_memory);
	nd_poison_add(poison, BASE + SZ_2M, 64, false);
	KUNIT_EXPECT_EQ(test, near_chunks(&bb), BIT(1));
	kunit_deactivate_static_stub(test, nd_poison_store);
	nd_badblocks_exit(&bb);
	nd_poison_add(poison, BASE, 64, false);
	KUNIT_EXPECT_EQ(test, near_chunks(&bb), 0xff);
}

static void poison_test_parse(struct kunit *test)
{
	const struct range range = { .start = BASE, .end = BASE + SZ_1M - 1 };
	struct nd_badblocks bb = {};
	struct range got;

#define PARSE(text) nd_badblocks_parse(&bb, text, strlen(text), &got)
	nd_badblocks_init(&bb, test->priv, &range);
	KUNIT_EXPECT_EQ(test, PARSE("2 3\n"), 0);
	KUNIT_EXPECT_EQ(test, got.start, BASE + 1024);
	KUNIT_EXPECT_EQ(test, range_len(&got), 3 * 512);
	KUNIT_EXPECT_EQ(test, PARSE("2047 1"), 0);
	KUNIT_EXPECT_EQ(test, PARSE("2047 2"), -ERANGE);
	KUNIT_EXPECT_EQ(test, PARSE("2048 1"), -ERANGE);
	KUNIT_EXPECT_EQ(test, PARSE("1 18446744073709551615"), -ERANGE);
	KUNIT_EXPECT_EQ(test, PARSE("1"), -EINVAL);
	KUNIT_EXPECT_EQ(test, PARSE("1 0"), -EINVAL);
	KUNIT_EXPECT_EQ(test, PARSE("1 1 1"), -EINVAL);
	KUNIT_EXPECT_EQ(test, PARSE("1 1\n2 1\n"), -EINVAL);
	KUNIT_EXPECT_EQ(test, PARSE("x 1"), -EINVAL);
	KUNIT_EXPECT_EQ(test, PARSE(""), -EINVAL);
#undef PARSE
}

static struct kunit_case poison_test_cases[] = {
	KUNIT_CASE(poison_test_empty),
	KUNIT_CASE(poison_test_overlap),
	KUNIT_CASE(poison_test_merge),
	KUNIT_CASE(poison_test_split),
	KUNIT_CASE(poison_test_no_shrink),
	KUNIT_CASE(poison_test_bytes),
	KUNIT_CASE(poison_test_simulated),
	KUNIT_CASE(poison_test_repair),
	KUNIT_CASE(poison_test_repoison),
	KUNIT_CASE(poison_test_model),
	KUNIT_CASE(poison_test_no_memory_to_add),
	KUNIT_CASE(poison_test_no_memory_to_repair),
	KUNIT_CASE(poison_test_no_memory_in_repair),
	KUNIT_CASE(poison_test_view),
	KUNIT_CASE(poison_test_filter),
	KUNIT_CASE(poison_test_parse),
	KUNIT_CASE_SLOW(poison_test_million),
	{}
};

static struct kunit_suite poison_test_suite = {
	.name = "nvdimm_poison",
	.init = poison_test_init,
	.exit = poison_test_exit,
	.test_cases = poison_test_cases,
};

kunit_test_suite(poison_test_suite);

MODULE_DESCRIPTION("KUnit tests of the map of bad lines");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_LICENSE("GPL");
