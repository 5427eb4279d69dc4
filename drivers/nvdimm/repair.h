/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __NVDIMM_REPAIR_H__
#define __NVDIMM_REPAIR_H__

#include <linux/blk_types.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/range.h>
#include <linux/types.h>
#include <linux/xarray.h>
#include "poison.h"

struct dax_device;
struct dev_pagemap;
struct device;
struct iov_iter;
struct page;

/**
 * struct pmem_poison - the memory of a device on a region, with bad lines in it
 * @dev:      that the driver is bound to; its parent is the region
 * @region_bb: what is bad in all of the region
 * @bb:       what the device shows; its poison is the map of the bus
 * @pgmap:    of the struct pages, when there are any; see @state
 * @pages_range: physical addresses of those, or of the last ones
 * @phys_addr: of the first byte that accesses count from
 * @virt_addr: of that byte, in the direct map where there are struct pages; set
 *	      when there is something to access
 * @lock:     guards which pages are told and confined
 * @repair:   serializes repairs, from the media command to the record, and
 *	      guards @buf.  Not held where memory of users is touched.
 * @pages:    pfn -> 0 for every page that was told to mm and counted, 1 for those
 *	      of them that are out of the direct map.  Changed under @lock.
 * @state:    of the pages as a whole; changed under @lock, once there are some,
 *	      and set to PMEM_PAGES_NEW under the lock of the bus
 * @buf:      two pages: what a repair writes, and what it reads back
 *
 * memory_failure() takes @lock; a repair holds @repair and
 * takes @lock; under @lock the map's own lock is taken, and those of the views.
 *
 * Which bytes are bad stands in the map of the bus (poison.h).  A page is in one
 * of three states:
 *
 * ======== ========= ======== ================================================
 * state    confined  bad line what is done with it
 * ======== ========= ======== ================================================
 * good     no        none     ordinary access through the direct map
 * told     no        some     access through an alias, bad sectors refused.  It
 *			       is about to be confined, has just been repaired,
 *			       or there was no memory to take it out of the
 *			       direct map; then all of it is bad.
 * confined yes       some     the same, and not in the direct map
 * ======== ========= ======== ================================================
 */
struct pmem_poison {
	struct device *dev;
	struct nd_badblocks *region_bb;
	struct nd_badblocks bb;
	struct dev_pagemap *pgmap;
	struct range pages_range;
	phys_addr_t phys_addr;
	void *virt_addr;
	struct mutex lock;	/* pages, state */
	struct mutex repair;	/* one repair at a time; buf */
	struct xarray pages;
	enum {
		PMEM_PAGES_NONE,	/* no struct pages (any more) */
		PMEM_PAGES_NEW,		/* nobody uses them yet */
		PMEM_PAGES_IN_USE,
		PMEM_PAGES_GONE,	/* or about to be: nothing is confined */
	} state;
	void *buf;
};

int devm_pmem_poison_init(struct device *dev, struct pmem_poison *poison);
int devm_pmem_poison_prepare(struct device *dev, struct pmem_poison *poison,
			     struct dev_pagemap *pgmap);
int devm_pmem_poison_attach(struct device *dev, struct pmem_poison *poison);
int pmem_poison_failure(struct pmem_poison *poison, struct dax_device *dax_dev,
			phys_addr_t addr, size_t len, int mf_flags);
ssize_t pmem_poison_tell(struct pmem_poison *poison, const char *buf,
			 size_t count);
void pmem_poison_revalidate(struct pmem_poison *poison, const struct range *range);
int pmem_poison_unpoison(struct pmem_poison *poison, unsigned long pfn);
bool pmem_poison_hit(struct pmem_poison *poison, phys_addr_t offset, size_t len);
long pmem_poison_good_pages(struct pmem_poison *poison, phys_addr_t offset,
			    long nr_pages);
blk_status_t pmem_poison_read(struct pmem_poison *poison, struct page *page,
			      unsigned int page_off, phys_addr_t offset,
			      unsigned int len);
blk_status_t pmem_poison_write(struct pmem_poison *poison, struct page *page,
			       unsigned int page_off, phys_addr_t offset,
			       unsigned int len);
ssize_t pmem_poison_read_bytes(struct pmem_poison *poison, phys_addr_t offset,
			       void *buf, size_t len);
size_t pmem_poison_write_iter(struct pmem_poison *poison, phys_addr_t offset,
			      size_t bytes, struct iov_iter *i);

/**
 * pmem_poison_has_pages - Are pages with bad lines confined?
 * @poison: the device's
 *
 * Where struct pages are, or are about to be; other memory is not in the direct map.
 * Such a page is repaired by who gives it back, and by nobody else.  What is not
 * taken from those who map it is not confined, either.
 *
 * Context: Any; it stays so under the lock of the bus when it is false.
 * Return: true when they are.
 */
static inline bool pmem_poison_has_pages(struct pmem_poison *poison)
{
	return IS_ENABLED(CONFIG_MEMORY_FAILURE) &&
	       READ_ONCE(poison->state) != PMEM_PAGES_NONE &&
	       !is_vmalloc_addr(poison->virt_addr);
}

#endif /* __NVDIMM_REPAIR_H__ */
