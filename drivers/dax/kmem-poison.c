// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device-dax as system memory: what is bad is not handed out
 * ===========================================================
 *
 * The page allocator hands out any page, and who gets one clears it first, with
 * instructions that do not survive a machine check.  So memory that the owner of a
 * device knows to be bad must not get there: its pages are flagged before their
 * block goes online, and mm/memory_hotplug.c leaves out what is flagged.
 *
 * What fails while it is system memory is flagged by memory_failure().  When a
 * block goes offline the owner is told of such pages, so nothing is forgotten: not
 * when the block comes back, which it could not otherwise, and not when the device
 * becomes another one.
 *
 * The flags, and with them what is counted as HardwareCorrupted, are there for as
 * long as the block is online.
 */
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/range.h>
#include <linux/set_memory.h>
#include "dax-private.h"

/* Before the pages of @block go to the allocator. */
static void keep_out(struct dev_dax *dev_dax, const struct range *block)
{
	struct range within = *block, bad;
	unsigned long pfn, nr = 0;

	while (IS_ENABLED(CONFIG_MEMORY_FAILURE) && within.start <= within.end &&
	       dev_dax->owner->ops->find_bad(dev_dax->owner, &within, &bad)) {
		for (pfn = PHYS_PFN(bad.start); pfn <= PHYS_PFN(bad.end); pfn++) {
			if (!memory_failure_keep_out(pfn))
				continue;
			/* The CPU may speculate into what it can reach. */
			if (set_mce_nospec_range(pfn, 1))
				dev_warn_ratelimited(&dev_dax->dev,
					"pfn %#lx: bad, still in the direct map\n",
					pfn);
			nr++;
		}
		within.start = bad.end + 1;
	}
	if (nr)
		dev_info(&dev_dax->dev, "%#llx-%#llx: %lu bad pages are left out\n",
			 block->start, block->end, nr);
}

/*
 * After the last page of @block has left the allocator.  A page that was only said to
 * be bad, MADV_HWPOISON or MADV_SOFT_OFFLINE, is known to be that as long as there
 * was no real failure in the machine; else it counts as one, and has to be written.
 */
static void take_back(struct dev_dax *dev_dax, const struct range *block)
{
	struct dev_dax_owner *owner = dev_dax->owner;
	unsigned long pfn;

	for (pfn = PHYS_PFN(block->start); pfn <= PHYS_PFN(block->end); pfn++) {
		struct range bad, page = {
			.start = PFN_PHYS(pfn),
			.end = PFN_PHYS(pfn + 1) - 1,
		};
		bool simulated;

		if (!PageHWPoison(pfn_to_page(pfn)))
			continue;
		simulated = memory_failure_let_go(pfn);
		if (!owner->ops->find_bad(owner, &page, &bad))
			owner->ops->add_bad(owner, page.start, PAGE_SIZE,
					    simulated);
		/* Should it be repaired while it is nobody's. */
		if (clear_mce_nospec(pfn))
			dev_warn_ratelimited(&dev_dax->dev,
				"pfn %#lx: not in the direct map\n", pfn);
	}
}

/* The part of a memory block that is in a range of a device. */
static bool part_of_block(const struct memory_notify *arg,
			  const struct range *range, struct range *part)
{
	part->start = max_t(u64, PFN_PHYS(arg->start_pfn), range->start);
	part->end = min_t(u64, PFN_PHYS(arg->start_pfn + arg->nr_pages) - 1,
			  range->end);
	return part->start < part->end;
}

static int memory_event(struct notifier_block *nb, unsigned long action,
			void *arg)
{
	struct dev_dax *dev_dax = container_of(nb, struct dev_dax, memory_nb);
	void (*fn)(struct dev_dax *dev_dax, const struct range *block);
	struct range part;
	int i;

	if (action == MEM_GOING_ONLINE)
		fn = keep_out;
	else if (action == MEM_OFFLINE || action == MEM_CANCEL_ONLINE)
		fn = take_back;
	else
		return NOTIFY_OK;

	for (i = 0; i < dev_dax->nr_range; i++)
		if (part_of_block(arg, &dev_dax->ranges[i].range, &part))
			fn(dev_dax, &part);
	return NOTIFY_OK;
}

/**
 * dev_dax_has_bad - Is something in a device known to be bad?
 * @dev_dax: the device
 *
 * Context: Process context.
 * Return: true when there is.
 */
bool dev_dax_has_bad(struct dev_dax *dev_dax)
{
	struct range bad;
	int i;

	for (i = 0; dev_dax->owner && i < dev_dax->nr_range; i++)
		if (dev_dax->owner->ops->find_bad(dev_dax->owner,
						  &dev_dax->ranges[i].range, &bad))
			return true;
	return false;
}
EXPORT_SYMBOL_GPL(dev_dax_has_bad);

/**
 * dev_dax_keep_out_bad - Leave out what is bad when memory goes online.
 * @dev_dax: the device, before any of its memory is added
 *
 * Context: Process context, sleeps.
 * Return: 0 or an error; nothing is kept out then.
 */
int dev_dax_keep_out_bad(struct dev_dax *dev_dax)
{
	dev_dax->memory_nb.notifier_call = memory_event;
	return dev_dax->owner ? register_memory_notifier(&dev_dax->memory_nb) : 0;
}
EXPORT_SYMBOL_GPL(dev_dax_keep_out_bad);

/**
 * dev_dax_keep_out_end - The other half of dev_dax_keep_out_bad().
 * @dev_dax: the device, after its memory was removed; what could not be removed
 *	     goes on without this
 *
 * Context: Process context, sleeps.
 */
void dev_dax_keep_out_end(struct dev_dax *dev_dax)
{
	if (dev_dax->owner)
		unregister_memory_notifier(&dev_dax->memory_nb);
}
EXPORT_SYMBOL_GPL(dev_dax_keep_out_end);
