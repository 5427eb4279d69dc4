// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory failures that are told where they cannot be handled: in interrupts.
 *
 * They come in storms: a DIMM that fails, or a link to one, does so in thousands
 * of places within a moment.  None may be lost, and the work must not grow with
 * their number where they lie together.  So an event is merged with the last one
 * when the two touch, else it takes memory, or one of a few spares without; and
 * what has come while others were handled is sorted, and goes to memory_failure_range()
 * by contiguous ranges.
 *
 * Each cpu has its own queue, as memory_failure_queue_kick() has to find what was
 * told on one.
 */
#define pr_fmt(fmt) "Memory failure: " fmt

#include <kunit/static_stub.h>
#include <linux/cleanup.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/list_sort.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/pfn.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct mf_event {
	struct list_head list;
	phys_addr_t addr;
	size_t len;
	int flags;
	bool spare;	/* not allocated */
};

#define MF_SPARES	64

/**
 * struct mf_queue - what was told on a cpu
 * @handling: held while events are handled: who has to wait for one waits here
 * @lock: guards the lists and what is in them; a raw one, as it is taken in
 *	  interrupts
 * @events: of struct mf_event, in the order in which they came
 * @spares: of struct mf_event, for when there is no memory
 * @spare: those
 * @work: handles @events
 */
struct mf_queue {
	struct mutex handling;
	raw_spinlock_t lock;
	struct list_head events;
	struct list_head spares;
	struct mf_event spare[MF_SPARES];
	struct work_struct work;
};

static DEFINE_PER_CPU(struct mf_queue, mf_queue);

/* Make @event cover @next, too, when they touch and are of the same kind. */
static bool mf_merge(struct mf_event *event, const struct mf_event *next)
{
	phys_addr_t start = min(event->addr, next->addr);
	phys_addr_t end = max(event->addr + event->len, next->addr + next->len);

	if (event->flags != next->flags ||
	    next->addr > event->addr + event->len ||
	    event->addr > next->addr + next->len)
		return false;
	event->addr = start;
	event->len = end - start;
	return true;
}

/* Returns what is left over: @new when it was not needed. */
static struct mf_event *mf_add(struct mf_queue *queue, struct mf_event *new,
			       const struct mf_event *event, bool *added)
{
	struct mf_event *last = NULL;

	guard(raw_spinlock_irqsave)(&queue->lock);
	*added = true;
	if (!list_empty(&queue->events))
		last = list_last_entry(&queue->events, struct mf_event, list);
	if (last && mf_merge(last, event))
		return new;
	if (!new) {
		new = list_first_entry_or_null(&queue->spares, struct mf_event,
					       list);
		if (!new) {
			*added = false;
			return NULL;
		}
		list_del(&new->list);
		*new = *event;
		new->spare = true;
	}
	list_add_tail(&new->list, &queue->events);
	return NULL;
}

/**
 * memory_failure_queue_range - Schedule handling memory failure of some bytes.
 * @addr: physical address of the first corrupted byte
 * @len: number of corrupted bytes
 * @flags: as for memory_failure_range(), or MF_SOFT_OFFLINE for soft_offline_page()
 *
 * Context: Any but NMI.
 */
void memory_failure_queue_range(phys_addr_t addr, size_t len, int flags)
{
	struct mf_event event = { .addr = addr, .len = len, .flags = flags };
	struct mf_event *new = kmemdup(&event, sizeof(event),
				       GFP_ATOMIC | __GFP_NOWARN);
	struct mf_queue *queue;
	bool added;

	queue = &get_cpu_var(mf_queue);
	new = mf_add(queue, new, &event, &added);
	if (added)
		schedule_work_on(smp_processor_id(), &queue->work);
	put_cpu_var(mf_queue);
	kfree(new);
	if (!added)
		pr_err("buffer overflow when queuing memory failure at %#lx\n",
		       PHYS_PFN(addr));
}
EXPORT_SYMBOL_GPL(memory_failure_queue_range);

/**
 * memory_failure_queue - Schedule handling memory failure of a page.
 * @pfn: Page Number of the corrupted page
 * @flags: Flags for memory failure handling
 *
 * memory_failure_queue_range() for all bytes of one page.
 *
 * Context: Any but NMI.
 */
void memory_failure_queue(unsigned long pfn, int flags)
{
	memory_failure_queue_range(PFN_PHYS(pfn), PAGE_SIZE, flags);
}
EXPORT_SYMBOL_GPL(memory_failure_queue);

static int mf_cmp(void *priv, const struct list_head *a,
		  const struct list_head *b)
{
	const struct mf_event *x = list_entry(a, struct mf_event, list);
	const struct mf_event *y = list_entry(b, struct mf_event, list);

	if (x->flags != y->flags)
		return x->flags > y->flags;
	return x->addr > y->addr;
}

static void mf_free(struct mf_queue *queue, struct mf_event *event)
{
	if (!event->spare) {
		kfree(event);
		return;
	}
	guard(raw_spinlock_irqsave)(&queue->lock);
	list_add(&event->list, &queue->spares);
}

static void mf_handle(const struct mf_event *event)
{
	unsigned long pfn;

	KUNIT_STATIC_STUB_REDIRECT(mf_handle, event);
	if (!(event->flags & MF_SOFT_OFFLINE)) {
		memory_failure_range(event->addr, event->len, event->flags);
		return;
	}
	for (pfn = PHYS_PFN(event->addr);
	     pfn <= PHYS_PFN(event->addr + event->len - 1); pfn++)
		soft_offline_page(pfn, event->flags);
}

static void mf_work_func(struct work_struct *work)
{
	struct mf_queue *queue = container_of(work, struct mf_queue, work);
	struct mf_event *event, *next;
	LIST_HEAD(events);

	guard(mutex)(&queue->handling);
	scoped_guard(raw_spinlock_irqsave, &queue->lock)
		list_splice_init(&queue->events, &events);
	list_sort(NULL, &events, mf_cmp);

	while ((event = list_first_entry_or_null(&events, struct mf_event, list))) {
		list_del(&event->list);
		while ((next = list_first_entry_or_null(&events, struct mf_event,
							list)) &&
		       mf_merge(event, next)) {
			list_del(&next->list);
			mf_free(queue, next);
		}
		mf_handle(event);
		mf_free(queue, event);
		cond_resched();
	}
}

/**
 * memory_failure_queue_kick - Handle what was told on a cpu.
 * @cpu: the cpu
 *
 * Used to avoid return-to-userspace racing with the memory_failure workqueue.
 *
 * Context: Process context, sleeps.
 */
void memory_failure_queue_kick(int cpu)
{
	struct mf_queue *queue = &per_cpu(mf_queue, cpu);

	cancel_work_sync(&queue->work);
	mf_work_func(&queue->work);
}

static void mf_queue_init(struct mf_queue *queue)
{
	int i;

	mutex_init(&queue->handling);
	raw_spin_lock_init(&queue->lock);
	INIT_LIST_HEAD(&queue->events);
	INIT_LIST_HEAD(&queue->spares);
	for (i = 0; i < MF_SPARES; i++) {
		queue->spare[i].spare = true;
		list_add(&queue->spare[i].list, &queue->spares);
	}
	INIT_WORK(&queue->work, mf_work_func);
}

static int __init memory_failure_queue_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		mf_queue_init(&per_cpu(mf_queue, cpu));
	return 0;
}
core_initcall(memory_failure_queue_init);

#if IS_ENABLED(CONFIG_MEMORY_FAILURE_KUNIT_TEST)
#include "memory-failure-queue-test.c"
#endif
