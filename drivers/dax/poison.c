// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device-dax over memory with errors
 * ===================================
 *
 * A device-dax has no record of its own of what is bad.  Its provider has, when it
 * is the owner of the memory: struct dev_dax_owner, which libnvdimm fills in.  It
 * is asked whenever a page is to be mapped, by dax_direct_access() as filesystems
 * do it, so a bad page is refused however it came to be known: to who consumed it,
 * to who touches it next, after a restart of the application or of the driver.
 *
 * What is refused is a page, whatever the alignment of the device.  The alignment
 * is what applications get mapped, and what keeps translations few; but to refuse
 * 1 GiB for the sake of 64 bytes is not what they want it for, nor can a virtual
 * machine go on whose memory goes by the gigabyte.  So the good pages of an extent
 * with a bad one are mapped by themselves, until it is repaired.  Who has turned
 * off huge pages gets none of that, as before.
 *
 * A bad line is repaired by writing new data over it, in whole sectors of 512
 * bytes: with write() on the device, as with a file on a DAX filesystem.  The
 * mappings stay, and so does the device with its permissions.  read() gets at the
 * good bytes of a bad page.  Both go where fsdax goes (dax_copy_device()).
 */
#include <linux/blk_types.h>
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sysfs.h>
#include <linux/uio.h>
#include <asm/barrier.h>
#include "dax-private.h"

/**
 * dev_dax_is_good - May an extent be mapped as a whole?
 * @dev_dax: the device
 * @pgoff: of the extent, in pages from the start of the device
 * @nr_pages: of the extent
 *
 * Context: Process context; dax_read_lock(), and dax_fault_lock() until it is
 *	    mapped.
 * Return: true when nobody knows of anything bad in it.
 */
bool dev_dax_is_good(struct dev_dax *dev_dax, pgoff_t pgoff,
		     unsigned long nr_pages)
{
	return !dev_dax->owner ||
	       dax_direct_access(dev_dax->dax_dev, pgoff, nr_pages, DAX_ACCESS,
				 NULL, NULL) == nr_pages;
}
EXPORT_SYMBOL_GPL(dev_dax_is_good);

/**
 * dev_dax_fail_online - Fail what has become known to be bad while it is online.
 * @owner: who knows it
 * @range: physical addresses to look at
 *
 * Pages that are not system memory, or are known, are left alone.
 *
 * Context: Process context, sleeps.
 */
void dev_dax_fail_online(struct dev_dax_owner *owner, const struct range *range)
{
	struct range within = *range, bad;

	while (within.start <= within.end &&
	       owner->ops->find_bad(owner, &within, &bad)) {
		unsigned long pfn = PHYS_PFN(bad.start);

		for (; pfn <= PHYS_PFN(bad.end); pfn++) {
			struct page *page = pfn_to_online_page(pfn);

			if (IS_ENABLED(CONFIG_MEMORY_FAILURE) && page &&
			    !PageHWPoison(page))
				memory_failure(pfn, 0);
		}
		within.start = bad.end + 1;
	}
}
EXPORT_SYMBOL_GPL(dev_dax_fail_online);

/* With dax_read_lock(): a device that is being killed loses its ranges after that. */
static loff_t dev_dax_bytes(struct dev_dax *dev_dax)
{
	loff_t size = 0;
	int i;

	for (i = 0; i < dev_dax->nr_range; i++)
		size += range_len(&dev_dax->ranges[i].range);
	return size;
}

/**
 * dev_dax_file_size - The size of a device.
 * @dev_dax: the device
 *
 * Context: Any but interrupts.
 * Return: its size in bytes; -ENXIO when it has gone, or is not bound.
 */
loff_t dev_dax_file_size(struct dev_dax *dev_dax)
{
	loff_t size = -ENXIO;
	int id = dax_read_lock();

	if (dax_alive(dev_dax->dax_dev))
		size = dev_dax_bytes(dev_dax);
	dax_read_unlock(id);
	return size;
}
EXPORT_SYMBOL_GPL(dev_dax_file_size);

/* Between the device and a page of the kernel's, which has the same alignment. */
static ssize_t copy_kernel_page(struct dev_dax *dev_dax, loff_t pos,
				struct page *page, size_t len,
				unsigned int direction)
{
	struct kvec vec = { .iov_base = page_address(page), .iov_len = len };
	struct iov_iter iter;
	ssize_t n = -ENXIO;
	int id;

	iov_iter_kvec(&iter, direction, &vec, 1, len);
	id = dax_read_lock();
	if (dax_alive(dev_dax->dax_dev))
		n = dax_copy_device(dev_dax->dax_dev, pos, &iter);
	dax_read_unlock(id);
	return n;
}

static ssize_t read_page(struct dev_dax *dev_dax, loff_t pos, struct page *page,
			 size_t len, struct iov_iter *iter)
{
	ssize_t n = copy_kernel_page(dev_dax, pos, page, len, ITER_DEST);

	if (n > 0)
		n = copy_page_to_iter(page, 0, n, iter) ?: -EFAULT;
	return n;
}

static ssize_t write_page(struct dev_dax *dev_dax, loff_t pos, struct page *page,
			  size_t len, struct iov_iter *iter)
{
	size_t got = copy_page_from_iter(page, 0, len, iter), part = got;
	ssize_t n = -EFAULT;

	/* Not half a sector for want of data. */
	if (got < len)
		part = max_t(loff_t, round_down(pos + got, SECTOR_SIZE),
			     pos) - pos;
	if (part)
		n = copy_kernel_page(dev_dax, pos, page, part, ITER_SOURCE);
	iov_iter_revert(iter, got - max_t(ssize_t, n, 0));
	return n;
}

/**
 * dev_dax_copy_iter - Read or write the memory of a device.
 * @dev_dax: the device
 * @pos: where, in bytes from its start; moves on by what was copied
 * @iter: from or to which memory, and how much
 *
 * Bad sectors that are written as a whole are repaired.  What is written has left
 * the caches of the CPU, and is as durable as the memory is.  It goes by the page,
 * and through one of the kernel's: nobody who waits for dax_read_lock() waits for
 * memory of users.
 *
 * Context: Process context, sleeps and faults.
 * Return: the number of bytes that were copied, for a read up to the first bad one;
 *	   if there are none, 0 for a read at the end, -ENOSPC for a write there,
 *	   -EIO for bad memory that is read, or written in part of a sector, or not
 *	   repaired; -EFAULT, -EINTR, -ENOMEM; -EINVAL for a device without an owner
 *	   of the memory, and in a kernel without filesystem DAX; -ENXIO when it has
 *	   gone.
 */
ssize_t dev_dax_copy_iter(struct dev_dax *dev_dax, loff_t *pos,
			  struct iov_iter *iter)
{
	bool write = iov_iter_rw(iter) == WRITE;
	loff_t size = dev_dax_file_size(dev_dax);
	struct page *page;
	size_t done = 0;
	ssize_t n = 0;

	if (!dev_dax->owner)
		return -EINVAL;
	if (size < 0)
		return size;
	if (!iov_iter_count(iter))
		return 0;
	if (*pos >= size)
		return write ? -ENOSPC : 0;
	iov_iter_truncate(iter, size - *pos);

	page = alloc_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	while (iov_iter_count(iter)) {
		size_t len = min_t(size_t, iov_iter_count(iter),
				   PAGE_SIZE - offset_in_page(*pos));

		if (fatal_signal_pending(current))
			n = -EINTR;
		else if (write)
			n = write_page(dev_dax, *pos, page, len, iter);
		else
			n = read_page(dev_dax, *pos, page, len, iter);
		if (n <= 0)
			break;
		done += n;
		*pos += n;
		if (n < len)
			break;
		cond_resched();
	}
	__free_page(page);
	if (write)
		pmem_wmb();
	return done ?: n;
}
EXPORT_SYMBOL_GPL(dev_dax_copy_iter);

static ssize_t badblocks_read(struct file *file, struct kobject *kobj,
		struct bin_attribute *attr, char *buf, loff_t pos, size_t count)
{
	struct dev_dax_owner *owner = to_dev_dax(kobj_to_dev(kobj))->owner;

	return owner->ops->badblocks_read(owner, buf, pos, count);
}

static ssize_t badblocks_write(struct file *file, struct kobject *kobj,
		struct bin_attribute *attr, char *buf, loff_t pos, size_t count)
{
	struct dev_dax_owner *owner = to_dev_dax(kobj_to_dev(kobj))->owner;

	return owner->ops->badblocks_write(owner, buf, count);
}

/* in the format of the block layer's, in sectors from the start of the device */
static BIN_ATTR_RW(badblocks, 0);

static umode_t badblocks_visible(struct kobject *kobj,
				 struct bin_attribute *attr, int n)
{
	return to_dev_dax(kobj_to_dev(kobj))->owner ? attr->attr.mode : 0;
}

static struct bin_attribute *dev_dax_poison_attributes[] = {
	&bin_attr_badblocks,
	NULL,
};

const struct attribute_group dev_dax_poison_group = {
	.bin_attrs = dev_dax_poison_attributes,
	.is_bin_visible = badblocks_visible,
};
