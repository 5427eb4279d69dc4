// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the way back through a striped target: which of its sectors lie in
 * a range of a device below it.  Included by dm-stripe.c.
 *
 * The way there, stripe_map_sector(), which every bio takes, is what they are
 * measured by.
 *
 *	tools/testing/kunit/kunit.py run --arch=x86_64 --kunitconfig=drivers/dax
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/prandom.h>

#define TEST_SECTORS	8192	/* at most, of a target */

/**
 * struct stripe_test - a striped target, and what was found of it
 * @ti: the target
 * @sc: its geometry
 * @dev: the devices that its stripes are on
 * @test: for the callback
 * @on: @dev that is asked for
 * @found: sectors of the target
 * @want: the same, by stripe_map_sector()
 */
struct stripe_test {
	struct dm_target ti;
	struct stripe_c *sc;
	struct dm_dev dev[2];
	struct kunit *test;
	struct dm_dev *on;
	DECLARE_BITMAP(found, TEST_SECTORS);
	DECLARE_BITMAP(want, TEST_SECTORS);
};

/* Where a bio for this sector of the target would go. */
static struct dm_dev *map_one(struct stripe_test *st, sector_t sector,
			      sector_t *dev_sector)
{
	u32 stripe;

	stripe_map_sector(st->sc, st->ti.begin + sector, &stripe, dev_sector);
	*dev_sector += st->sc->stripe[stripe].physical_start;
	return st->sc->stripe[stripe].dev;
}

static void stripe_test_found(struct dm_target *ti, sector_t sector,
			      sector_t dev_sector, sector_t len, void *data)
{
	struct stripe_test *st = data;
	sector_t i, at;

	KUNIT_ASSERT_LE(st->test, sector + len, ti->len);
	for (i = 0; i < len; i++) {
		KUNIT_ASSERT_PTR_EQ(st->test, map_one(st, sector + i, &at),
				    st->on);
		KUNIT_ASSERT_EQ(st->test, at, dev_sector + i);
		/* Nothing is told twice. */
		KUNIT_ASSERT_FALSE(st->test,
				   test_and_set_bit(sector + i, st->found));
	}
}

static void expect_ranges(struct stripe_test *st, struct dm_dev *dev,
			  sector_t start, sector_t len)
{
	sector_t sector, at;

	st->on = dev;
	bitmap_zero(st->found, TEST_SECTORS);
	bitmap_zero(st->want, TEST_SECTORS);
	for (sector = 0; sector < st->ti.len; sector++)
		if (map_one(st, sector, &at) == dev && at >= start &&
		    at - start < len)
			set_bit(sector, st->want);
	stripe_dax_iterate_ranges(&st->ti, dev, start, len, stripe_test_found,
				  st);
	KUNIT_EXPECT_TRUE_MSG(st->test, bitmap_equal(st->found, st->want,
						     TEST_SECTORS),
			      "%u stripes, chunk %u, sectors %llu + %llu",
			      st->sc->stripes, st->sc->chunk_size, start, len);
}

/* Each leg begins behind where the last one on its device ends. */
static void set_geometry(struct stripe_test *st, u32 stripes, u32 chunk,
			 u32 rows, u32 start)
{
	struct stripe_c *sc = st->sc;
	u32 i;

	sc->ti = &st->ti;
	sc->stripes = stripes;
	sc->stripes_shift = is_power_of_2(stripes) ? __ffs(stripes) : -1;
	sc->chunk_size = chunk;
	sc->chunk_size_shift = is_power_of_2(chunk) ? __ffs(chunk) : -1;
	sc->stripe_width = (sector_t)rows * chunk;
	st->ti.private = sc;
	st->ti.begin = start * 3;
	st->ti.len = sc->stripe_width * stripes;
	for (i = 0; i < stripes; i++) {
		sc->stripe[i].dev = &st->dev[i % 2];
		sc->stripe[i].physical_start = start + i * sc->stripe_width;
	}
}

static int stripe_test_init(struct kunit *test)
{
	struct stripe_test *st = kunit_kzalloc(test, sizeof(*st), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, st);
	st->sc = kunit_kzalloc(test, struct_size(st->sc, stripe, 5), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, st->sc);
	st->test = test;
	test->priv = st;
	return 0;
}

/* Any geometry, and any range of either device. */
static void stripe_test_model(struct kunit *test)
{
	struct stripe_test *st = test->priv;
	struct rnd_state rnd;
	int i, j;

	prandom_seed_state(&rnd, 6);
	for (i = 0; i < 60; i++) {
		set_geometry(st, 1 + prandom_u32_state(&rnd) % 5,
			     8 + prandom_u32_state(&rnd) % 57,
			     1 + prandom_u32_state(&rnd) % 20,
			     prandom_u32_state(&rnd) % 50);
		for (j = 0; j < 8; j++)
			expect_ranges(st, &st->dev[j % 2],
				      prandom_u32_state(&rnd) % 4000,
				      1 + prandom_u32_state(&rnd) % 3000);
	}
}

/* One bad sector at both ends of a chunk, of a leg, and beyond the target. */
static void stripe_test_edges(struct kunit *test)
{
	static const sector_t at[] = { 0, 15, 16, 23, 24, 31, 32, 55, 56, 95, 96 };
	struct stripe_test *st = test->priv;
	size_t i;

	set_geometry(st, 3, 8, 5, 16);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		expect_ranges(st, &st->dev[0], at[i], 1);
		expect_ranges(st, &st->dev[1], at[i], 1);
	}
}

/* All of a device, as its removal has it. */
static void stripe_test_all(struct kunit *test)
{
	struct stripe_test *st = test->priv;

	set_geometry(st, 4, 24, 7, 32);
	expect_ranges(st, &st->dev[0], 0, U64_MAX >> SECTOR_SHIFT);
	KUNIT_EXPECT_EQ(test, bitmap_weight(st->found, TEST_SECTORS),
			st->ti.len / 2);
	/* A device that the target does not have. */
	expect_ranges(st, NULL, 0, U64_MAX >> SECTOR_SHIFT);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(st->found, TEST_SECTORS));
}

static struct kunit_case stripe_test_cases[] = {
	KUNIT_CASE(stripe_test_model),
	KUNIT_CASE(stripe_test_edges),
	KUNIT_CASE(stripe_test_all),
	{}
};

static struct kunit_suite stripe_test_suite = {
	.name = "dm_stripe_dax",
	.init = stripe_test_init,
	.test_cases = stripe_test_cases,
};

kunit_test_suite(stripe_test_suite);
