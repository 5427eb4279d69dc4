// SPDX-License-Identifier: GPL-2.0-only
/*
 * libnvdimm as the owner of a device-dax's memory
 * ================================================
 *
 * A namespace of mode devdax is a part of a region, and what is bad in it stands in
 * the map of libnvdimm's bus (drivers/nvdimm/poison.c).  It is confined and
 * repaired like the memory of a pmem disk (drivers/nvdimm/repair.c).
 *
 * The device on the nvdimm bus stays while the dax device on top of it is bound to
 * one driver or the other, or to none: struct pages come and go, and the record
 * does not.
 */
#include <linux/cacheinfo.h>
#include <linux/dax.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/pfn_t.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include "../nvdimm/nd.h"
#include "../nvdimm/repair.h"
#include "dax-private.h"
#include "pmem-owner.h"

/**
 * struct dax_pmem - the memory of a namespace of mode devdax
 * @owner: what the dax device asks
 * @poison: what is bad in it
 * @dax_dev: whom to tell of failures, from the first struct pages on
 * @data_offset: of the dax device's memory in that of @poison, in bytes
 * @size: of the dax device's memory, in bytes
 */
struct dax_pmem {
	struct dev_dax_owner owner;
	struct pmem_poison poison;
	struct dax_device *dax_dev;
	phys_addr_t data_offset;
	phys_addr_t size;
};

static struct dax_pmem *to_dax_pmem(struct dev_dax_owner *owner)
{
	return container_of(owner, struct dax_pmem, owner);
}

static struct dax_pmem *dax_dev_to_pmem(struct dax_device *dax_dev)
{
	struct dev_dax *dev_dax = dax_get_private(dax_dev);

	return to_dax_pmem(dev_dax->owner);
}

static long dax_pmem_direct_access(struct dax_device *dax_dev, pgoff_t pgoff,
		long nr_pages, enum dax_access_mode mode, void **kaddr,
		pfn_t *pfn)
{
	struct dax_pmem *dax_pmem = dax_dev_to_pmem(dax_dev);
	phys_addr_t offset = dax_pmem->data_offset + PFN_PHYS(pgoff);
	long avail = PHYS_PFN(dax_pmem->size) - pgoff, good;

	if (avail <= 0)
		return -ERANGE;
	if (kaddr)
		*kaddr = dax_pmem->poison.virt_addr + offset;
	if (pfn)
		*pfn = phys_to_pfn_t(dax_pmem->poison.phys_addr + offset,
				     PFN_DEV | PFN_MAP);
	good = pmem_poison_good_pages(&dax_pmem->poison, offset,
				      min(nr_pages, avail));
	if (good)
		return good;
	/* One page at a time, as the pmem driver does it. */
	return mode == DAX_RECOVERY_WRITE ? 1 : -EHWPOISON;
}

static size_t dax_pmem_recovery_write(struct dax_device *dax_dev, pgoff_t pgoff,
		void *addr, size_t bytes, struct iov_iter *i)
{
	struct dax_pmem *dax_pmem = dax_dev_to_pmem(dax_dev);

	return pmem_poison_write_iter(&dax_pmem->poison,
				      dax_pmem->data_offset + PFN_PHYS(pgoff) +
				      offset_in_page(addr), bytes, i);
}

static ssize_t dax_pmem_recovery_read(struct dax_device *dax_dev, pgoff_t pgoff,
		size_t offset, void *buf, size_t len)
{
	struct dax_pmem *dax_pmem = dax_dev_to_pmem(dax_dev);

	return pmem_poison_read_bytes(&dax_pmem->poison,
				      dax_pmem->data_offset + PFN_PHYS(pgoff) +
				      offset, buf, len);
}

/* pmem_poison_write() does for good pages as well; it only takes longer. */
static int dax_pmem_zero_page_range(struct dax_device *dax_dev, pgoff_t pgoff,
		size_t nr_pages)
{
	struct dax_pmem *dax_pmem = dax_dev_to_pmem(dax_dev);

	return blk_status_to_errno(pmem_poison_write(&dax_pmem->poison,
			ZERO_PAGE(0), 0,
			dax_pmem->data_offset + PFN_PHYS(pgoff), PAGE_SIZE));
}

static const struct dax_operations dax_pmem_ops = {
	.direct_access = dax_pmem_direct_access,
	.zero_page_range = dax_pmem_zero_page_range,
	.recovery_read = dax_pmem_recovery_read,
	.recovery_write = dax_pmem_recovery_write,
};

static int dax_pmem_prepare(struct dev_dax *dev_dax)
{
	struct dax_pmem *dax_pmem = to_dax_pmem(dev_dax->owner);

	dax_pmem->dax_dev = dev_dax->dax_dev;
	return devm_pmem_poison_prepare(&dev_dax->dev, &dax_pmem->poison,
					dev_dax->pgmap);
}

static int dax_pmem_attach(struct dev_dax *dev_dax, void *addr)
{
	struct dax_pmem *dax_pmem = to_dax_pmem(dev_dax->owner);

	dax_pmem->poison.virt_addr = addr;
	return devm_pmem_poison_attach(&dev_dax->dev, &dax_pmem->poison);
}

static bool dax_pmem_find_bad(struct dev_dax_owner *owner,
			      const struct range *within, struct range *bad)
{
	return nd_poison_find(to_dax_pmem(owner)->poison.bb.poison, within, bad);
}

static void dax_pmem_add_bad(struct dev_dax_owner *owner, phys_addr_t phys,
			     size_t len, bool simulated)
{
	struct pmem_poison *poison = &to_dax_pmem(owner)->poison;

	nvdimm_add_poison(poison->dev, phys, len, simulated);
	nd_badblocks_notify(&poison->bb);
}

static ssize_t dax_pmem_badblocks_read(struct dev_dax_owner *owner, char *buf,
				       loff_t pos, size_t count)
{
	return nd_badblocks_read(&to_dax_pmem(owner)->poison.bb, buf, pos, count);
}

static ssize_t dax_pmem_badblocks_write(struct dev_dax_owner *owner,
					const char *buf, size_t count)
{
	struct pmem_poison *poison = &to_dax_pmem(owner)->poison;
	ssize_t rc = pmem_poison_tell(poison, buf, count);

	if (rc > 0)
		dev_dax_fail_online(owner, &poison->bb.range);
	return rc;
}

static const struct dev_dax_owner_operations dax_pmem_owner_ops = {
	.dax_ops = &dax_pmem_ops,
	.prepare = dax_pmem_prepare,
	.attach = dax_pmem_attach,
	.find_bad = dax_pmem_find_bad,
	.add_bad = dax_pmem_add_bad,
	.badblocks_read = dax_pmem_badblocks_read,
	.badblocks_write = dax_pmem_badblocks_write,
};

static int dax_pmem_memory_failure(struct dev_pagemap *pgmap, phys_addr_t addr,
				   size_t len, int mf_flags)
{
	struct dax_pmem *dax_pmem = pgmap->owner;

	return pmem_poison_failure(&dax_pmem->poison, dax_pmem->dax_dev, addr,
				   len, mf_flags);
}

static int dax_pmem_unpoison(struct dev_pagemap *pgmap, unsigned long pfn)
{
	struct dax_pmem *dax_pmem = pgmap->owner;

	return pmem_poison_unpoison(&dax_pmem->poison, pfn);
}

static const struct dev_pagemap_ops dax_pmem_pagemap_ops = {
	.memory_failure = dax_pmem_memory_failure,
	.unpoison = dax_pmem_unpoison,
};

/* Nobody clears what is confined behind our back, see ND_CMD_CLEAR_ERROR. */
static void set_poison(struct nd_dax *nd_dax, struct pmem_poison *poison)
{
	struct device *dev = &nd_dax->nd_pfn.dev;

	nvdimm_bus_lock(dev);
	nd_dax->poison = poison;
	nvdimm_bus_unlock(dev);
}

static void reset_poison(void *nd_dax)
{
	set_poison(nd_dax, NULL);
}

/**
 * devm_dax_pmem_owner - Get ready to own the memory of a dax device.
 * @nd_dax: on the nvdimm bus, its driver is being bound
 * @pgmap: what the dax device is going to make its pages from; its operations are
 *	   set, and it can be copied after that
 * @data: physical addresses of the dax device's memory
 *
 * Context: Process context.
 * Return: the owner; NULL where the kernel cannot access what users map, as their
 *	   caches alias; or ERR_PTR(-ENOMEM).
 */
struct dev_dax_owner *devm_dax_pmem_owner(struct nd_dax *nd_dax,
					  struct dev_pagemap *pgmap,
					  const struct range *data)
{
	struct device *dev = &nd_dax->nd_pfn.dev;
	struct nd_region *nd_region = to_nd_region(dev->parent);
	struct dax_pmem *dax_pmem;
	int rc;

	if (cpu_dcache_is_aliasing())
		return NULL;
	dax_pmem = devm_kzalloc(dev, sizeof(*dax_pmem), GFP_KERNEL);
	if (!dax_pmem)
		return ERR_PTR(-ENOMEM);
	rc = devm_pmem_poison_init(dev, &dax_pmem->poison);
	if (rc)
		return ERR_PTR(rc);
	nd_badblocks_init(&dax_pmem->poison.bb, nd_region->bb.poison, data);
	dax_pmem->owner.ops = &dax_pmem_owner_ops;
	dax_pmem->data_offset = data->start - pgmap->range.start;
	dax_pmem->size = range_len(data);
	pgmap->ops = &dax_pmem_pagemap_ops;
	pgmap->owner = dax_pmem;
	set_poison(nd_dax, &dax_pmem->poison);
	rc = devm_add_action_or_reset(dev, reset_poison, nd_dax);
	return rc ? ERR_PTR(rc) : &dax_pmem->owner;
}

static void dax_pmem_forget_file(void *bb)
{
	nd_badblocks_set_file(bb, NULL);
}

/**
 * devm_dax_pmem_watch - Tell of changes to those who poll "badblocks".
 * @dev: device on the nvdimm bus
 * @dev_dax: the dax device, with its files
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int devm_dax_pmem_watch(struct device *dev, struct dev_dax *dev_dax)
{
	struct nd_badblocks *bb;

	if (!dev_dax->owner)
		return 0;
	bb = &to_dax_pmem(dev_dax->owner)->poison.bb;
	nd_badblocks_set_file(bb, sysfs_get_dirent(dev_dax->dev.kobj.sd,
						   "badblocks"));
	return devm_add_action_or_reset(dev, dax_pmem_forget_file, bb);
}

/**
 * dax_pmem_revalidate - The record of what is bad has changed.
 * @nd_dax: on the nvdimm bus, bound to its driver
 *
 * Pages that are mapped are unmapped, and nobody is signalled: nobody has consumed
 * the error.  As system memory they are failed.
 *
 * Context: Process context, sleeps; with the lock of the device.
 */
void dax_pmem_revalidate(struct nd_dax *nd_dax)
{
	struct pmem_poison *poison = nd_dax->poison;
	struct dax_pmem *dax_pmem;

	if (!poison)
		return;
	dax_pmem = container_of(poison, struct dax_pmem, poison);
	pmem_poison_revalidate(poison, poison->pgmap ? &poison->pgmap->range :
			       &poison->bb.range);
	dev_dax_fail_online(&dax_pmem->owner, &poison->bb.range);
}
