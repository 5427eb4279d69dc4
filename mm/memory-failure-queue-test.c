// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the queue of memory failures: nothing that was told is lost, or
 * handled twice, however it was merged.  Included by memory-failure-queue.c.
 *
 *	tools/testing/kunit/kunit.py run --arch=x86_64 --kunitconfig=drivers/dax
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/prandom.h>

#define TEST_LINES	4096		/* of 64 bytes */
#define TEST_BASE	0x40000000UL	/* in a 32-bit phys_addr_t as well */
#define TEST_LEN(lines)	((lines) * 64UL)
#define TEST_ADDR(line)	(TEST_BASE + TEST_LEN(line))

/**
 * struct queue_test - a queue of its own, and what came out of it
 * @queue: the queue
 * @calls: how often something was handled
 * @last: what was handled last
 * @handled: lines
 */
struct queue_test {
	struct mf_queue queue;
	unsigned int calls;
	struct mf_event last;
	DECLARE_BITMAP(handled, TEST_LINES);
};

static void fake_handle(const struct mf_event *event)
{
	struct kunit *test = kunit_get_current_test();
	struct queue_test *qt = test->priv;
	unsigned long line = (event->addr - TEST_BASE) / 64;
	unsigned long nr = event->len / 64;

	KUNIT_ASSERT_LE(test, line + nr, TEST_LINES);
	KUNIT_EXPECT_GE(test, find_next_bit(qt->handled, line + nr, line),
			line + nr);
	bitmap_set(qt->handled, line, nr);
	qt->last = *event;
	qt->calls++;
}

static int queue_test_init(struct kunit *test)
{
	struct queue_test *qt = kunit_kzalloc(test, sizeof(*qt), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, qt);
	mf_queue_init(&qt->queue);
	test->priv = qt;
	kunit_activate_static_stub(test, mf_handle, fake_handle);
	return 0;
}

/* As memory_failure_queue_range(), with memory or without; false when it is lost. */
static bool tell(struct kunit *test, unsigned long line, unsigned long nr,
		 int flags, bool memory)
{
	struct queue_test *qt = test->priv;
	struct mf_event event = {
		.addr = TEST_ADDR(line), .len = TEST_LEN(nr), .flags = flags,
	};
	struct mf_event *new = NULL;
	bool added;

	if (memory) {
		new = kmemdup(&event, sizeof(event), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, new);
	}
	kfree(mf_add(&qt->queue, new, &event, &added));
	return added;
}

static void handle(struct kunit *test)
{
	struct queue_test *qt = test->priv;

	qt->calls = 0;
	bitmap_zero(qt->handled, TEST_LINES);
	mf_work_func(&qt->queue.work);
	KUNIT_EXPECT_TRUE(test, list_empty(&qt->queue.events));
	KUNIT_EXPECT_EQ(test, list_count_nodes(&qt->queue.spares), MF_SPARES);
}

/* Two events that touch are one, in either order, and two that do not are two. */
static void queue_test_merge(struct kunit *test)
{
	static const struct {
		unsigned long first, nr, next, nr_next, calls;
	} cases[] = {
		{ 10, 1, 11, 1, 1 },	/* beside each other */
		{ 10, 1, 12, 1, 2 },	/* a good line between them */
		{ 10, 8, 12, 2, 1 },	/* one within the other */
		{ 10, 8, 14, 8, 1 },	/* overlapping */
		{ 10, 2, 10, 2, 1 },	/* twice the same */
	};
	struct queue_test *qt = test->priv;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long end = max(cases[i].first + cases[i].nr,
					cases[i].next + cases[i].nr_next);

		tell(test, cases[i].first, cases[i].nr, 0, true);
		tell(test, cases[i].next, cases[i].nr_next, 0, true);
		handle(test);
		KUNIT_EXPECT_EQ_MSG(test, qt->calls, cases[i].calls, "case %zu", i);
		tell(test, cases[i].next, cases[i].nr_next, 0, true);
		tell(test, cases[i].first, cases[i].nr, 0, true);
		handle(test);
		KUNIT_EXPECT_EQ_MSG(test, qt->calls, cases[i].calls, "case %zu", i);
		if (qt->calls == 1) {
			KUNIT_EXPECT_EQ(test, qt->last.addr,
					TEST_ADDR(cases[i].first));
			KUNIT_EXPECT_EQ(test, qt->last.len,
					TEST_LEN(end - cases[i].first));
		}
	}
}

/* What is consumed and what is not are handled in different ways. */
static void queue_test_flags(struct kunit *test)
{
	struct queue_test *qt = test->priv;

	tell(test, 10, 1, MF_ACTION_REQUIRED, true);
	tell(test, 11, 1, 0, true);
	tell(test, 12, 1, MF_ACTION_REQUIRED, true);
	handle(test);
	KUNIT_EXPECT_EQ(test, qt->calls, 3);
}

/* A storm in one place costs one event, and one call. */
static void queue_test_storm(struct kunit *test)
{
	struct queue_test *qt = test->priv;
	unsigned long line;

	for (line = 0; line < TEST_LINES; line++)
		tell(test, line, 1, 0, true);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&qt->queue.events), 1);
	handle(test);
	KUNIT_EXPECT_EQ(test, qt->calls, 1);
	KUNIT_EXPECT_EQ(test, qt->last.len, TEST_LEN(TEST_LINES));
}

/* Any order, any overlap: all lines, each once, by as few calls as they allow. */
static void queue_test_model(struct kunit *test)
{
	struct queue_test *qt = test->priv;
	unsigned long *want = kunit_kzalloc(test, sizeof(qt->handled), GFP_KERNEL);
	unsigned long start, end;
	struct rnd_state rnd;
	unsigned int runs = 0;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, want);
	prandom_seed_state(&rnd, 15);
	for (i = 0; i < 400; i++) {
		unsigned long line = prandom_u32_state(&rnd) % (TEST_LINES - 16);
		unsigned long nr = 1 + prandom_u32_state(&rnd) % 16;

		tell(test, line, nr, 0, true);
		bitmap_set(want, line, nr);
	}
	handle(test);
	KUNIT_EXPECT_TRUE(test, bitmap_equal(qt->handled, want, TEST_LINES));
	for_each_set_bitrange(start, end, want, TEST_LINES)
		runs++;
	KUNIT_EXPECT_EQ(test, qt->calls, runs);
}

/* Without memory there are spares; what touches the last one needs none. */
static void queue_test_no_memory(struct kunit *test)
{
	struct queue_test *qt = test->priv;
	int i;

	for (i = 0; i < MF_SPARES; i++)
		KUNIT_EXPECT_TRUE(test, tell(test, 4 * i, 1, 0, false));
	KUNIT_EXPECT_FALSE(test, tell(test, 4 * i, 1, 0, false));
	KUNIT_EXPECT_TRUE(test, tell(test, 4 * (i - 1) + 1, 1, 0, false));
	KUNIT_EXPECT_TRUE(test, tell(test, 4 * i, 1, 0, true));
	handle(test);
	KUNIT_EXPECT_EQ(test, qt->calls, MF_SPARES + 1);
	KUNIT_EXPECT_EQ(test, bitmap_weight(qt->handled, TEST_LINES),
			MF_SPARES + 2);

	/* They have been given back. */
	KUNIT_EXPECT_TRUE(test, tell(test, 0, 1, 0, false));
	handle(test);
	KUNIT_EXPECT_EQ(test, qt->calls, 1);
}

static struct kunit_case queue_test_cases[] = {
	KUNIT_CASE(queue_test_merge),
	KUNIT_CASE(queue_test_flags),
	KUNIT_CASE(queue_test_storm),
	KUNIT_CASE(queue_test_model),
	KUNIT_CASE(queue_test_no_memory),
	{}
};

static struct kunit_suite queue_test_suite = {
	.name = "memory_failure_queue",
	.init = queue_test_init,
	.test_cases = queue_test_cases,
};

kunit_test_suite(queue_test_suite);
