// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is told when memory of a DAX device fails, or goes.
 *
 * A device may be shared out: to the filesystems on its partitions, to the log
 * and the data of one, to mapped devices with holders of their own.  Each holder
 * registers the range that it uses.  An event goes to those whose range it
 * touches, clipped to it, and in their own offsets.  What nobody holds, or a holder
 * does not handle, is left to mf_generic_kill_procs(), which goes by the pages.
 *
 * A holder that is being told does not unregister: it is held by a reference of
 * its own, struct dax_holder_operations, and not by a lock.  So it may freeze,
 * shut down or wait for whatever it likes, and an unmount does not wait for it.
 * One that does not give a reference any more has no mappings left.
 *
 * The other half of the promise is that no mapping comes back.  Between asking
 * dax_direct_access() for a page and putting it into a page table, faults are in
 * dax_fault_lock().  Whoever has made the device refuse a page, or all, waits for
 * them before it takes away the mappings.  That is not dax_read_lock(): read() and
 * write() are in there while they touch user memory, which can take for ever.
 */
#include <linux/cleanup.h>
#include <linux/dax.h>
#include <linux/dax-failure.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include "dax-private.h"

DEFINE_STATIC_SRCU(dax_fault_srcu);

/**
 * dax_fault_lock - Begin to map a page: before asking dax_direct_access().
 *
 * Context: Page faults; may sleep, but not touch user memory, before
 *	    dax_fault_unlock().
 * Return: what dax_fault_unlock() wants.
 */
int dax_fault_lock(void)
	__acquires(&dax_fault_srcu)
{
	return srcu_read_lock(&dax_fault_srcu);
}
EXPORT_SYMBOL_GPL(dax_fault_lock);

/**
 * dax_fault_unlock - The page is in the page table, or will not be.
 * @id: what dax_fault_lock() returned
 */
void dax_fault_unlock(int id)
	__releases(&dax_fault_srcu)
{
	srcu_read_unlock(&dax_fault_srcu, id);
}
EXPORT_SYMBOL_GPL(dax_fault_unlock);

/**
 * dax_wait_for_faults - Wait for the faults that have begun to map a page.
 *
 * After this, what dax_direct_access() has begun to refuse before is in a page
 * table, to be found there, or never will be.
 *
 * Context: Process context, sleeps.
 */
void dax_wait_for_faults(void)
{
	synchronize_srcu_expedited(&dax_fault_srcu);
}
EXPORT_SYMBOL_GPL(dax_wait_for_faults);

/**
 * dax_register_holder - Have a holder told of failures in its range.
 * @dax_dev: the device
 * @holder: the holder, with its operations, data and range
 *
 * The holder keeps @dax_dev until it has unregistered.
 *
 * Context: Any but interrupts.  With dax_read_lock() held, and dax_alive() true:
 *	    then it is told when the device is removed, too.
 */
void dax_register_holder(struct dax_device *dax_dev, struct dax_holder *holder)
{
	struct dax_holders *holders = dax_holders(dax_dev);
	struct dax_holder *next;

	holder->dax_dev = dax_dev;
	guard(spinlock)(&holders->lock);
	list_for_each_entry(next, &holders->list, list)
		if (next->start > holder->start)
			break;
	list_add_tail(&holder->list, &next->list);
}
EXPORT_SYMBOL_GPL(dax_register_holder);

/**
 * dax_unregister_holder - Do not tell a holder of failures any more.
 * @holder: the holder; one that was never registered is left alone
 *
 * The holder may be freed after this.
 *
 * Context: Any but interrupts; no reference of &dax_holder_operations.get is held
 *	    by then.
 */
void dax_unregister_holder(struct dax_holder *holder)
{
	struct dax_holders *holders;

	if (!holder->dax_dev)
		return;
	holders = dax_holders(holder->dax_dev);
	guard(spinlock)(&holders->lock);
	list_del(&holder->list);
	holder->dax_dev = NULL;
}
EXPORT_SYMBOL_GPL(dax_unregister_holder);

/*
 * The holder after @holder, or the first one, with a reference; that of @holder
 * is given back.
 */
static struct dax_holder *next_holder(struct dax_holders *holders,
				      struct dax_holder *holder)
{
	struct dax_holder *next;
	bool found = false;

	spin_lock(&holders->lock);
	next = list_prepare_entry(holder, &holders->list, list);
	list_for_each_entry_continue(next, &holders->list, list) {
		found = next->ops->get(next);
		if (found)
			break;
	}
	spin_unlock(&holders->lock);
	if (holder)
		holder->ops->put(holder);
	return found ? next : NULL;
}

#define for_each_holder(holder, holders) \
	for (holder = next_holder(holders, NULL); holder; \
	     holder = next_holder(holders, holder))

/* An event, in offsets of the device. */
struct dax_event {
	u64 start;
	u64 end;		/* the first byte that is not concerned */
	unsigned long pfn;	/* of the page at @start */
	int mf_flags;
};

static unsigned long event_pfn(const struct dax_event *event, u64 offset)
{
	return event->pfn + PHYS_PFN(offset) - PHYS_PFN(event->start);
}

/* What nobody is told of goes by the pages, as long as they stay. */
static int last_resort(const struct dax_event *event, u64 start, u64 end)
{
	unsigned long pfn = event_pfn(event, start);

	if (start >= end || event->mf_flags & MF_MEM_PRE_REMOVE)
		return 0;
	return mf_generic_kill_procs(pfn, event_pfn(event, end - 1) - pfn + 1,
				     event->mf_flags);
}

static int tell(struct dax_holder *holder, const struct dax_event *event,
		u64 start, u64 end)
{
	struct dax_failure failure = {
		.offset = start - holder->start,
		.len = end - start,
		.pfn = event_pfn(event, start),
		.mf_flags = event->mf_flags,
	};
	int rc = holder->ops->notify_failure(holder, &failure);

	return rc == -EOPNOTSUPP ? last_resort(event, start, end) : rc;
}

/**
 * dax_notify_failure - Memory of a DAX device has failed, or goes.
 * @dax_dev: the device
 * @offset: of the first byte concerned, in bytes from the start of the device
 * @len: number of bytes concerned
 * @pfn: page frame of the page at @offset; the others follow it.  Of no meaning
 *	 with MF_MEM_PRE_REMOVE
 * @mf_flags: MF_*
 *
 * The caller has made the device refuse these bytes, and called
 * dax_wait_for_faults().  On return nobody maps them; with MF_MEM_PRE_REMOVE no
 * holder does, and for others memunmap_pages() has to wait.
 *
 * Context: Process context, sleeps.  No locks that a page fault or a filesystem
 *	    can need.
 * Return: 0, or the first error of a holder: what it holds may be mapped still.
 */
int dax_notify_failure(struct dax_device *dax_dev, u64 offset, u64 len,
		       unsigned long pfn, int mf_flags)
{
	struct dax_event event = {
		.start = offset,
		.end = offset + len,
		.pfn = pfn,
		.mf_flags = mf_flags,
	};
	struct dax_holders *holders = dax_holders(dax_dev);
	struct dax_holder *holder;
	u64 done = event.start;
	int rc, ret = 0;

	for_each_holder(holder, holders) {
		u64 start = max(holder->start, event.start);
		u64 end = min(holder->start + holder->len, event.end);

		if (start >= end)
			continue;
		rc = last_resort(&event, done, start);
		ret = ret ?: rc;
		rc = tell(holder, &event, start, end);
		ret = ret ?: rc;
		done = max(done, end);
	}
	rc = last_resort(&event, done, event.end);
	return ret ?: rc;
}
EXPORT_SYMBOL_GPL(dax_notify_failure);

/**
 * dax_notify_removal - The memory of a DAX device goes.
 * @dax_dev: the device, not dax_alive() any more
 * @mf_flags: MF_MEM_PRE_REMOVE, and MF_MEM_REMOVED when it has gone already
 *
 * Context: As dax_notify_failure().
 */
void dax_notify_removal(struct dax_device *dax_dev, int mf_flags)
{
	dax_wait_for_faults();
	dax_notify_failure(dax_dev, 0, U64_MAX, 0, mf_flags);
}
