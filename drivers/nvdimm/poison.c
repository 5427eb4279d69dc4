// SPDX-License-Identifier: GPL-2.0-only
/*
 * libnvdimm - pages with memory errors, and how they become good again
 * =====================================================================
 *
 * A page of persistent memory with an uncorrected error must not stay in the
 * kernel's direct map: the CPU may speculate into it and raise the next machine
 * check.  But the error can be repaired, by clearing it and writing new data,
 * and meanwhile the rest of the page is as good as ever.  So the page that was
 * taken away has to be given back, and until then somebody has to be able to
 * reach into it.
 *
 * This file is the one place that does either, for the pmem driver:
 *
 *  - pmem_poison_confine() takes pages out of the direct map.  It is called
 *    from ->memory_failure(), before anybody who uses the page is told.
 *  - Reads and writes that meet a bad sector or a confined page come here.
 *    They go page by page, and through a short-lived alias of the page, never
 *    through the direct map.
 *  - A write clears the media error, writes the data, gives the page back to
 *    the direct map when no other bad sector is left in it, and only then
 *    forgets that it was bad.  When any step fails nothing is forgotten.
 *
 * The invariant: a page that is missing in the direct map is in
 * pmem->poison.confined.  PG_hwpoison is no record of that; it is set and not
 * set by different callers of memory_failure(), for pages that nobody maps not
 * at all.
 *
 * Which sectors of a page are bad stands in badblocks.  A machine check is
 * recorded there, with its true length, some time after the page was confined
 * (by the NFIT notifier) or not at all (on other buses).  Whoever needs to know
 * earlier has to assume the worst, and records the whole page.
 */
#include <linux/cleanup.h>
#include <linux/highmem.h>
#include <linux/libnvdimm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/set_memory.h>
#include <linux/uio.h>
#include <linux/vmalloc.h>
#include "nd.h"
#include "pmem.h"
#include "poison.h"

static unsigned long offset_to_pfn(struct pmem_device *pmem, phys_addr_t offset)
{
	return PHYS_PFN(pmem->phys_addr + offset);
}

static sector_t offset_to_sector(struct pmem_device *pmem, phys_addr_t offset)
{
	return (offset - pmem->data_offset) >> SECTOR_SHIFT;
}

static bool is_confined(struct pmem_device *pmem, unsigned long pfn)
{
	return xa_load(&pmem->poison.confined, pfn);
}

static bool has_badblocks(struct pmem_device *pmem, phys_addr_t offset,
			  size_t len)
{
	return is_bad_pmem(&pmem->bb, offset_to_sector(pmem, offset), len);
}

static void pmem_poison_exit(void *_pmem)
{
	struct pmem_device *pmem = _pmem;

	xa_destroy(&pmem->poison.confined);
}

/**
 * devm_pmem_poison_init - Get ready to confine pages.
 * @dev: device whose driver is being bound to @pmem
 * @pmem: the pmem device
 *
 * Call it before the pages of @pmem come to be.  What is confined is forgotten
 * after they are gone, together with the direct map of the device, in which
 * they were missing.
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int devm_pmem_poison_init(struct device *dev, struct pmem_device *pmem)
{
	mutex_init(&pmem->poison.lock);
	xa_init(&pmem->poison.confined);
	return devm_add_action_or_reset(dev, pmem_poison_exit, pmem);
}

/* Refused just the same, to everybody who asks. */
static void record_unconfined(struct pmem_device *pmem, unsigned long pfn)
{
	phys_addr_t offset = PFN_PHYS(pfn) - pmem->phys_addr;

	dev_err_ratelimited(pmem->bb.dev,
			    "pfn %#lx: bad, but still in the direct map\n", pfn);
	badblocks_set(&pmem->bb, offset_to_sector(pmem, offset), PAGE_SECTORS,
		      1);
}

/**
 * pmem_poison_confine - Take bad pages out of the direct map.
 * @pmem: the pmem device
 * @pfn: first page
 * @nr_pages: number of pages
 *
 * A page that cannot be confined, for want of memory, is recorded in badblocks
 * as a whole and stays in the direct map.
 *
 * Context: Process context, from memory_failure(); sleeps.  Takes
 *	    pmem->poison.lock.
 */
void pmem_poison_confine(struct pmem_device *pmem, unsigned long pfn,
			 unsigned long nr_pages)
{
	struct xarray *confined = &pmem->poison.confined;
	unsigned long end = pfn + nr_pages, p;
	unsigned int noio;

	guard(mutex)(&pmem->poison.lock);
	noio = memalloc_noio_save();
	for (p = pfn; p < end; p++)
		if (xa_err(xa_store(confined, p, xa_mk_value(0), GFP_KERNEL)))
			record_unconfined(pmem, p);

	/*
	 * From here on accesses take the long way.  Those that still go through
	 * the direct map, under rcu_read_lock(), have to be through with it.
	 */
	synchronize_rcu();
	for (p = pfn; p < end; p++) {
		if (is_confined(pmem, p) && set_mce_nospec(p)) {
			xa_erase(confined, p);
			record_unconfined(pmem, p);
		}
	}
	memalloc_noio_restore(noio);
}

/**
 * pmem_poison_hit - Does a range need more than an ordinary access?
 * @pmem: the pmem device
 * @offset: of the range, in bytes from the start of the device's memory
 * @len: of the range, in bytes
 *
 * Context: Any.
 * Return: true when there is a bad sector or a confined page in the range.
 */
bool pmem_poison_hit(struct pmem_device *pmem, phys_addr_t offset, size_t len)
{
	unsigned long pfn = offset_to_pfn(pmem, offset);

	if (has_badblocks(pmem, offset, len))
		return true;
	return !xa_empty(&pmem->poison.confined) &&
	       xa_find(&pmem->poison.confined, &pfn,
		       offset_to_pfn(pmem, offset + len - 1), XA_PRESENT);
}

/**
 * pmem_poison_good_pages - How many pages are good before the first bad one?
 * @pmem: the pmem device
 * @offset: of the first page, in bytes from the start of the device's memory
 * @nr_pages: how many to look at
 *
 * Context: Any.
 * Return: 0 to @nr_pages.
 */
long pmem_poison_good_pages(struct pmem_device *pmem, phys_addr_t offset,
			    long nr_pages)
{
	unsigned long first = offset_to_pfn(pmem, offset), pfn = first;
	sector_t sector = offset_to_sector(pmem, offset), first_bad;
	long good = nr_pages;
	int num_bad;

	if (pmem->bb.count &&
	    badblocks_check(&pmem->bb, sector, nr_pages << PAGE_SECTORS_SHIFT,
			    &first_bad, &num_bad))
		good = first_bad <= sector ? 0 :
			(first_bad - sector) >> PAGE_SECTORS_SHIFT;

	if (good && !xa_empty(&pmem->poison.confined) &&
	    xa_find(&pmem->poison.confined, &pfn, first + good - 1, XA_PRESENT))
		good = pfn - first;
	return good;
}

/*
 * Where to reach the bytes at @offset in one page: in an alias, as the page may
 * leave the direct map at any time.  End with drop_alias().
 */
static void *get_alias(struct pmem_device *pmem, phys_addr_t offset)
{
	unsigned int noio;
	struct page *page;
	void *addr;

	/* Without struct pages there is no direct map, and no confinement. */
	if (is_vmalloc_addr(pmem->virt_addr))
		return pmem->virt_addr + offset;

	noio = memalloc_noio_save();
	page = pfn_to_page(offset_to_pfn(pmem, offset));
	addr = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	memalloc_noio_restore(noio);
	return addr ? addr + offset_in_page(offset) : NULL;
}

static void drop_alias(struct pmem_device *pmem, phys_addr_t offset, void *addr)
{
	if (!is_vmalloc_addr(pmem->virt_addr))
		vunmap(addr - offset_in_page(offset));
}

/* A confined page of which it is not known what is bad is bad as a whole. */
static int record_unknown(struct pmem_device *pmem, phys_addr_t offset)
{
	phys_addr_t page_offset = offset - offset_in_page(offset);

	guard(mutex)(&pmem->poison.lock);
	if (!is_confined(pmem, offset_to_pfn(pmem, offset)) ||
	    has_badblocks(pmem, page_offset, PAGE_SIZE))
		return 0;
	if (badblocks_set(&pmem->bb, offset_to_sector(pmem, page_offset),
			  PAGE_SECTORS, 1))
		return -ENOSPC;
	pmem_notify_badblocks(pmem);
	return 0;
}

/* Clear the media errors in a part of one page, before it is written. */
static int clear_media(struct pmem_device *pmem, phys_addr_t offset,
		       unsigned int len, void *addr)
{
	long cleared;
	int rc;

	rc = record_unknown(pmem, offset);
	if (rc)
		return rc;
	if (!has_badblocks(pmem, offset, len))
		return 0;

	cleared = nvdimm_clear_poison(pmem->bb.dev, pmem->phys_addr + offset,
				      len);
	if (cleared < len) {
		dev_dbg(pmem->bb.dev, "cleared %ld of %u bytes at %pa\n",
			cleared, len, &offset);
		return cleared < 0 ? cleared : -EIO;
	}
	/* What the caches hold of it is older than the media. */
	arch_invalidate_pmem(addr, len);
	return 0;
}

/*
 * A part of one page holds new data: restore the direct map when that was the
 * last bad part, then forget.  Parts of a sector do not count.
 */
static int accept_written(struct pmem_device *pmem, phys_addr_t offset,
			  unsigned int len)
{
	phys_addr_t page_offset = offset - offset_in_page(offset);
	unsigned long pfn = offset_to_pfn(pmem, offset);
	unsigned int before = offset - page_offset;
	unsigned int after;

	len = round_down(len, SECTOR_SIZE);
	if (!len)
		return 0;
	after = PAGE_SIZE - before - len;

	guard(mutex)(&pmem->poison.lock);
	if (is_confined(pmem, pfn) &&
	    !(before && has_badblocks(pmem, page_offset, before)) &&
	    !(after && has_badblocks(pmem, offset + len, after))) {
		if (clear_mce_nospec(pfn))
			return -EIO;
		test_and_clear_pmem_poison(pfn_to_page(pfn));
		xa_erase(&pmem->poison.confined, pfn);
	}
	badblocks_clear(&pmem->bb, offset_to_sector(pmem, offset),
			len >> SECTOR_SHIFT);
	pmem_notify_badblocks(pmem);
	return 0;
}

static unsigned int to_page_end(phys_addr_t offset, size_t len)
{
	return min_t(size_t, len, PAGE_SIZE - offset_in_page(offset));
}

static blk_status_t read_part(struct pmem_device *pmem, struct page *page,
			      unsigned int page_off, phys_addr_t offset,
			      unsigned int len)
{
	blk_status_t status;
	void *addr;

	if (record_unknown(pmem, offset) || has_badblocks(pmem, offset, len))
		return BLK_STS_IOERR;
	addr = get_alias(pmem, offset);
	if (!addr)
		return BLK_STS_RESOURCE;
	status = read_pmem(page, page_off, addr, len);
	drop_alias(pmem, offset, addr);
	return status;
}

static blk_status_t write_part(struct pmem_device *pmem, struct page *page,
			       unsigned int page_off, phys_addr_t offset,
			       unsigned int len)
{
	void *addr = get_alias(pmem, offset);
	int rc;

	if (!addr)
		return BLK_STS_RESOURCE;
	rc = clear_media(pmem, offset, len, addr);
	if (!rc) {
		write_pmem(addr, page, page_off, len);
		rc = accept_written(pmem, offset, len);
	}
	drop_alias(pmem, offset, addr);
	return rc ? BLK_STS_IOERR : BLK_STS_OK;
}

typedef blk_status_t (*part_fn)(struct pmem_device *pmem, struct page *page,
				unsigned int page_off, phys_addr_t offset,
				unsigned int len);

static blk_status_t for_each_part(part_fn fn, struct pmem_device *pmem,
				  struct page *page, unsigned int page_off,
				  phys_addr_t offset, unsigned int len)
{
	while (len) {
		unsigned int part = to_page_end(offset, len);
		blk_status_t status = fn(pmem, page, page_off, offset, part);

		if (status)
			return status;
		page_off += part;
		page = nth_page(page, page_off >> PAGE_SHIFT);
		page_off = offset_in_page(page_off);
		offset += part;
		len -= part;
	}
	return BLK_STS_OK;
}

/**
 * pmem_poison_read - Read a range that pmem_poison_hit().
 * @pmem: the pmem device
 * @page: first page to read into
 * @page_off: where in @page, in bytes
 * @offset: of the range, in bytes from the start of the device's memory
 * @len: of the range, in bytes, a multiple of the sector size
 *
 * Context: Process context, may sleep; allocates without I/O.
 * Return: BLK_STS_OK, BLK_STS_IOERR for a bad sector, BLK_STS_RESOURCE.
 */
blk_status_t pmem_poison_read(struct pmem_device *pmem, struct page *page,
			      unsigned int page_off, phys_addr_t offset,
			      unsigned int len)
{
	return for_each_part(read_part, pmem, page, page_off, offset, len);
}

/**
 * pmem_poison_write - Write to a range that pmem_poison_hit(), and repair it.
 * @pmem: the pmem device
 * @page: first page to write from
 * @page_off: where in @page, in bytes
 * @offset: of the range, in bytes from the start of the device's memory
 * @len: of the range, in bytes, a multiple of the sector size
 *
 * Context: Process context, may sleep; allocates without I/O.
 * Return: BLK_STS_OK, BLK_STS_IOERR when the device does not clear the error,
 *	   BLK_STS_RESOURCE.  What was not written is as bad as before.
 */
blk_status_t pmem_poison_write(struct pmem_device *pmem, struct page *page,
			       unsigned int page_off, phys_addr_t offset,
			       unsigned int len)
{
	return for_each_part(write_part, pmem, page, page_off, offset, len);
}

/**
 * pmem_poison_write_iter - The same for whole pages, from an iterator.
 * @pmem: the pmem device
 * @offset: of the range, page aligned, in bytes
 * @bytes: of the range, page aligned
 * @i: where the data comes from
 *
 * Context: Process context, may sleep and fault.
 * Return: bytes written.  Less than @bytes when the device does not clear an
 *	   error, or when @i cannot be read: the sectors from there on that were
 *	   bad are bad still.
 */
size_t pmem_poison_write_iter(struct pmem_device *pmem, phys_addr_t offset,
			      size_t bytes, struct iov_iter *i)
{
	size_t done = 0;

	while (done < bytes) {
		void *addr = get_alias(pmem, offset + done);
		size_t copied = 0;

		if (!addr)
			break;
		if (!clear_media(pmem, offset + done, PAGE_SIZE, addr))
			copied = _copy_from_iter_flushcache(addr, PAGE_SIZE, i);
		if (copied && accept_written(pmem, offset + done, copied)) {
			iov_iter_revert(i, copied);
			copied = 0;
		}
		drop_alias(pmem, offset + done, addr);
		done += copied;
		if (copied < PAGE_SIZE)
			break;
	}
	return done;
}
