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
#include <linux/dax.h>
#include <linux/device.h>
#include <linux/fs.h>
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
 * dev_dax_bytes - The size of a device.
 * @dev_dax: the device, bound to its driver
 *
 * Return: its size in bytes.
 */
loff_t dev_dax_bytes(struct dev_dax *dev_dax)
{
	loff_t size = 0;
	int i;

	for (i = 0; i < dev_dax->nr_range; i++)
		size += range_len(&dev_dax->ranges[i].range);
	return size;
}
EXPORT_SYMBOL_GPL(dev_dax_bytes);

/**
 * dev_dax_copy_iter - Read or write the memory of a device.
 * @dev_dax: the device
 * @pos: where, in bytes from its start; moves on by what was copied
 * @iter: from or to which memory, and how much
 *
 * Bad sectors that are written as a whole are repaired.  What is written has left
 * the caches of the CPU, and is as durable as the memory is.
 *
 * Context: Process context, sleeps and faults.
 * Return: the number of bytes that were copied, for a read up to the first bad one;
 *	   if there are none, 0 for a read at the end, -ENOSPC for a write there,
 *	   -EIO for bad memory that is read, or written in part of a sector, or not
 *	   repaired; -EFAULT, -EINTR, -ENOMEM; -EINVAL for a device without an owner
 *	   of the memory, -ENXIO when it has gone.
 */
ssize_t dev_dax_copy_iter(struct dev_dax *dev_dax, loff_t *pos,
			  struct iov_iter *iter)
{
	loff_t size = dev_dax_bytes(dev_dax);
	ssize_t done;
	int id;

	if (!dev_dax->owner)
		return -EINVAL;
	if (!iov_iter_count(iter))
		return 0;
	if (*pos >= size)
		return iov_iter_rw(iter) == WRITE ? -ENOSPC : 0;
	iov_iter_truncate(iter, size - *pos);

	id = dax_read_lock();
	done = dax_alive(dev_dax->dax_dev) ?
		dax_copy_device(dev_dax->dax_dev, *pos, iter) : -ENXIO;
	dax_read_unlock(id);
	if (iov_iter_rw(iter) == WRITE)
		pmem_wmb();
	if (done > 0)
		*pos += done;
	return done;
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
