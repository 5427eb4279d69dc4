/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __NVDIMM_POISON_H__
#define __NVDIMM_POISON_H__

#include <linux/blk_types.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct device;
struct iov_iter;
struct page;
struct pmem_device;

/**
 * struct pmem_poison - the pages of a pmem device that are confined
 * @lock:     serializes what changes the state of a page: confining it, and
 *	      accepting that a part of it was made good.  Not held over media
 *	      commands, copies or anything else that can fault or do I/O.
 * @events:   errors that were told so far; guarded by @lock
 * @confined: pfn -> xa_mk_value() of @events when the last error in it was told,
 *	      for every page that is not in the direct map.  Changed under @lock;
 *	      read without it.  Under rcu_read_lock() a page that is not in it
 *	      stays in the direct map.
 *
 * A page is in one of three states:
 *
 * ======== ========= ========== ==============================================
 * state    @confined badblocks  what is done with it
 * ======== ========= ========== ==============================================
 * good     no        none       ordinary access through the direct map
 * recorded no        some       bad sectors refused; found by a scrub, nobody
 *				 has consumed them, the direct map is whole
 * confined yes       some, or   access through an alias only, bad sectors
 *		      none	 refused.  When there was no room to record all of
 *				 them, all of the page is bad.
 * ======== ========= ========== ==============================================
 */
struct pmem_poison {
	struct mutex lock;	/* guards events, and changes of confined */
	unsigned long events;
	struct xarray confined;
};

int devm_pmem_poison_init(struct device *dev, struct pmem_device *pmem);
void pmem_poison_add(struct pmem_device *pmem, phys_addr_t addr, size_t len);
bool pmem_poison_hit(struct pmem_device *pmem, phys_addr_t offset, size_t len);
long pmem_poison_good_pages(struct pmem_device *pmem, phys_addr_t offset,
			    long nr_pages);
blk_status_t pmem_poison_read(struct pmem_device *pmem, struct page *page,
			      unsigned int page_off, phys_addr_t offset,
			      unsigned int len);
blk_status_t pmem_poison_write(struct pmem_device *pmem, struct page *page,
			       unsigned int page_off, phys_addr_t offset,
			       unsigned int len);
size_t pmem_poison_write_iter(struct pmem_device *pmem, phys_addr_t offset,
			      size_t bytes, struct iov_iter *i);

#endif /* __NVDIMM_POISON_H__ */
