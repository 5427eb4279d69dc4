/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __NVDIMM_REPAIR_H__
#define __NVDIMM_REPAIR_H__

#include <linux/blk_types.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct device;
struct iov_iter;
struct page;
struct pmem_device;
struct range;

/**
 * struct pmem_poison - the pages of a pmem device that are confined
 * @lock:     guards what is confined
 * @repair:   serializes repairs, from the media command to the record, and
 *	      guards @buf.  Not held where memory of users is touched.
 * @confined: pfn -> xa_mk_value(0) for every page that is out of the direct map.
 *	      Changed under @lock.
 * @state:    of the pages as a whole; changed under @lock
 * @buf:      two pages: what a repair writes, and what it reads back
 *
 * memory_failure() takes @lock; a repair holds @repair and
 * takes @lock; under @lock the map's own lock is taken, and those of the views.
 *
 * Which bytes are bad stands in the map of the bus (poison.h).  A page is in one
 * of three states:
 *
 * ======== ========= ======== ================================================
 * state    @confined bad line what is done with it
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
	struct mutex lock;	/* confined, state */
	struct mutex repair;	/* one repair at a time; buf */
	struct xarray confined;
	enum {
		PMEM_PAGES_NEW,		/* nobody uses them yet */
		PMEM_PAGES_IN_USE,
		PMEM_PAGES_GONE,	/* or about to be: nothing is confined */
	} state;
	void *buf;
};

int devm_pmem_poison_init(struct device *dev, struct pmem_device *pmem);
int devm_pmem_poison_attach(struct device *dev, struct pmem_device *pmem);
void pmem_poison_add(struct pmem_device *pmem, phys_addr_t addr, size_t len,
		     bool simulated);
void pmem_poison_revalidate(struct pmem_device *pmem, const struct range *range);
int pmem_poison_unpoison(struct pmem_device *pmem, unsigned long pfn);
bool pmem_poison_hit(struct pmem_device *pmem, phys_addr_t offset, size_t len);
long pmem_poison_good_pages(struct pmem_device *pmem, phys_addr_t offset,
			    long nr_pages);
blk_status_t pmem_poison_read(struct pmem_device *pmem, struct page *page,
			      unsigned int page_off, phys_addr_t offset,
			      unsigned int len);
blk_status_t pmem_poison_write(struct pmem_device *pmem, struct page *page,
			       unsigned int page_off, phys_addr_t offset,
			       unsigned int len);
ssize_t pmem_poison_read_bytes(struct pmem_device *pmem, phys_addr_t offset,
			       void *buf, size_t len);
size_t pmem_poison_write_iter(struct pmem_device *pmem, phys_addr_t offset,
			      size_t bytes, struct iov_iter *i);

#endif /* __NVDIMM_REPAIR_H__ */
