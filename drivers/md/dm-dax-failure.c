// SPDX-License-Identifier: GPL-2.0-only
/*
 * Failure and removal of DAX memory below a mapped device.
 *
 * Who maps memory of a mapped device got it from there, and has registered there to
 * be told when it fails; but it is the devices below that fail.  So a mapped device
 * is a holder of each DAX device that its tables use, and tells its own holders what
 * it is told, in its own offsets.  Those may be mapped devices again.
 *
 * What is told is what the live table has of the bytes concerned, all of it, and of
 * no others.  Telling takes long: filesystems freeze, shut down, and do I/O, through
 * this device, or one above it that is suspended until this one has a new table.  So
 * nobody who suspends, replaces or resumes waits for it: the table is kept by a
 * reference.  One that has taken its place by the end is told about as well.  What a
 * table that was replaced before has let people map is found by the pages.
 *
 * While it is being told, the mapped device is kept from being destroyed.  One that
 * is being destroyed is not told any more: it is not open, so nobody maps its memory.
 */
#include <linux/dax.h>
#include <linux/dax-failure.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include "dm-core.h"

/* What a mapped device is told. */
struct dm_dax_event {
	struct mapped_device *md;
	struct dm_dev *dev;		/* it happens on this */
	const struct dax_failure *failure;
	u64 lost_start;			/* of the current target when @dev is removed: */
	u64 lost_end;			/* in bytes of the mapped device */
	int ret;			/* the first error of a holder */
};

static bool is_removal(const struct dm_dax_event *event)
{
	return event->failure->mf_flags & MF_MEM_PRE_REMOVE;
}

static void tell(struct dm_dax_event *event, u64 start, u64 end,
		 unsigned long pfn)
{
	int rc = dax_notify_failure(event->md->dax_dev, start, end - start, pfn,
				    event->failure->mf_flags);

	event->ret = event->ret ?: rc;
}

/*
 * Failures concern exactly these bytes.  A target that has lost a device has lost
 * everything between the first and the last byte that it had there: it is told of at
 * once, and not chunk by chunk.
 */
static void tell_range(struct dm_target *ti, sector_t sector,
		       sector_t dev_sector, sector_t len, void *data)
{
	struct dm_dax_event *event = data;
	const struct dax_failure *failure = event->failure;
	u64 dev_start = (u64)dev_sector << SECTOR_SHIFT;
	u64 dev_end = (u64)(dev_sector + len) << SECTOR_SHIFT;
	u64 first = max(dev_start, failure->offset);
	u64 last = min(dev_end, failure->offset + failure->len);
	u64 start = ((u64)(ti->begin + sector) << SECTOR_SHIFT) +
		    first - dev_start;
	u64 end = start + last - first;

	if (is_removal(event)) {
		event->lost_start = min(event->lost_start, start);
		event->lost_end = max(event->lost_end, end);
		return;
	}
	tell(event, start, end, failure->pfn + PHYS_PFN(first) -
				PHYS_PFN(failure->offset));
}

static void tell_target(struct dm_dax_event *event, struct dm_target *ti)
{
	const struct dax_failure *failure = event->failure;
	sector_t start = failure->offset >> SECTOR_SHIFT;
	sector_t last = (failure->offset + failure->len - 1) >> SECTOR_SHIFT;

	if (!ti->type->dax_iterate_ranges)
		return;		/* nothing of it is mapped */
	event->lost_start = U64_MAX;
	event->lost_end = 0;
	ti->type->dax_iterate_ranges(ti, event->dev, start, last - start + 1,
				     tell_range, event);
	if (event->lost_start < event->lost_end)
		tell(event, event->lost_start, event->lost_end, 0);
}

static void tell_table(struct dm_dax_event *event, struct dm_table *t)
{
	unsigned int i;

	for (i = 0; i < t->num_targets; i++) {
		tell_target(event, dm_table_get_target(t, i));
		cond_resched();
	}
}

/* With a reference, or NULL when there is none yet, or nobody maps memory of it. */
static struct dm_table *get_live_table(struct mapped_device *md)
{
	int srcu_idx;
	struct dm_table *t = dm_get_live_table(md, &srcu_idx);

	if (t && dm_table_get_type(t) != DM_TYPE_DAX_BIO_BASED)
		t = NULL;
	if (t)
		dm_table_get(t);
	dm_put_live_table(md, srcu_idx);
	return t;
}

/* One that has been told about stays until it is known whether it still is live. */
static void tell_live_table(struct dm_dax_event *event)
{
	struct dm_table *told = NULL, *t;

	while ((t = get_live_table(event->md)) != told) {
		if (t)
			tell_table(event, t);
		if (told)
			dm_table_put(told);
		told = t;
	}
	if (told) {
		dm_table_put(t);
		dm_table_put(told);
	}
}

static int dm_dax_notify_failure(struct dax_holder *holder,
				 const struct dax_failure *failure)
{
	struct table_device *td = container_of(holder, struct table_device,
					       dax_holder);
	struct dm_dax_event event = {
		.md = holder->data,
		.dev = &td->dm_dev,
		.failure = failure,
	};

	tell_live_table(&event);
	/* Who has it from another table; what is shared has been told. */
	if (!is_removal(&event))
		mf_generic_kill_procs(failure->pfn,
				      PHYS_PFN(failure->offset + failure->len - 1) -
				      PHYS_PFN(failure->offset) + 1,
				      failure->mf_flags);
	return event.ret;
}

static bool dm_dax_holder_get(struct dax_holder *holder)
{
	struct table_device *td = container_of(holder, struct table_device,
					       dax_holder);
	struct mapped_device *md = holder->data;

	if (dm_hold(md))
		return false;
	if (refcount_inc_not_zero(&td->count))
		return true;
	dm_put(md);
	return false;
}

static void dm_dax_holder_put(struct dax_holder *holder)
{
	struct table_device *td = container_of(holder, struct table_device,
					       dax_holder);
	struct mapped_device *md = holder->data;

	dm_put_table_device(md, &td->dm_dev);
	dm_put(md);
}

static const struct dax_holder_operations dm_dax_holder_ops = {
	.get		= dm_dax_holder_get,
	.put		= dm_dax_holder_put,
	.notify_failure	= dm_dax_notify_failure,
};

/**
 * dm_dax_init_holder - Prepare for fs_dax_get_by_bdev().
 * @td: a device that @md is about to use
 * @md: the mapped device
 *
 * @td may be told before it is in the list of those that @md uses; it is in no table
 * then.
 */
void dm_dax_init_holder(struct table_device *td, struct mapped_device *md)
{
	td->dax_holder.ops = &dm_dax_holder_ops;
	td->dax_holder.data = md;
}
