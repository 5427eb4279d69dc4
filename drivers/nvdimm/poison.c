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
 *  - pmem_poison_add() records an error and takes its page out of the direct
 *    map.  It is called from ->memory_failure(), before anybody who uses the page
 *    is told: a bad sector is refused before its page is unmapped, so nobody maps
 *    it again.
 *  - Reads and writes that meet a bad sector or a confined page come here.
 *    They go page by page, and through a short-lived alias of the page, never
 *    through the direct map.
 *  - A write clears the media error, writes the data, gives the page back to
 *    the direct map when no other bad sector is left in it, and only then
 *    forgets that it was bad.  When any step fails, the driver forgets nothing;
 *    the bus and the region have forgotten with the clear command.
 *
 * The invariant: a page that this driver took out of the direct map is in
 * pmem->poison.confined until it is back.  PG_hwpoison is no record of that; it is set and not
 * set by different callers of memory_failure(), for pages that nobody maps not
 * at all.
 *
 * Which sectors of a page are bad stands in badblocks.  Its table can be full.
 * When nothing is recorded of a confined page, all of it is bad.
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

/* Marks of a confined page: announced, but not taken out of the direct map yet */
#define IN_DIRECT_MAP	XA_MARK_0
/* and: has bad sectors that did not fit in badblocks. */
#define INCOMPLETE	XA_MARK_1

/* Only pages that have a struct page are in the direct map, and confined. */
static bool has_pages(struct pmem_device *pmem)
{
	return pmem->pgmap.ops && !is_vmalloc_addr(pmem->virt_addr);
}

/* Where virt_addr is; pfn namespaces of old may start behind phys_addr. */
static phys_addr_t offset_to_phys(struct pmem_device *pmem, phys_addr_t offset)
{
	return (pmem->pgmap.ops ? pmem->pgmap.range.start : pmem->phys_addr) +
		offset;
}

static unsigned long offset_to_pfn(struct pmem_device *pmem, phys_addr_t offset)
{
	return PHYS_PFN(offset_to_phys(pmem, offset));
}

static phys_addr_t pfn_to_offset(struct pmem_device *pmem, unsigned long pfn)
{
	return PFN_PHYS(pfn) - pmem->pgmap.range.start;
}

static sector_t offset_to_sector(struct pmem_device *pmem, phys_addr_t offset)
{
	return (offset - pmem->data_offset) >> SECTOR_SHIFT;
}

/* What stands for the confined state of the page at @offset; NULL for none. */
static void *confined_entry(struct pmem_device *pmem, phys_addr_t offset)
{
	return xa_load(&pmem->poison.confined, offset_to_pfn(pmem, offset));
}

static bool has_badblocks(struct pmem_device *pmem, phys_addr_t offset,
			  size_t len)
{
	return is_bad_pmem(&pmem->bb, offset_to_sector(pmem, offset), len);
}

/* Record the sectors of a range; true when all of them stand in badblocks. */
static bool record(struct pmem_device *pmem, phys_addr_t offset, size_t len)
{
	phys_addr_t at, end = round_up(offset + len, SECTOR_SIZE);
	bool done;

	lockdep_assert_held(&pmem->poison.lock);
	/* The device's own metadata has no sectors. */
	if (offset < pmem->data_offset)
		return false;

	offset = round_down(offset, SECTOR_SIZE);
	done = !badblocks_set(&pmem->bb, offset_to_sector(pmem, offset),
			      (end - offset) >> SECTOR_SHIFT, 1);
	/* A full table can say yes and take a part. */
	for (at = offset; done && at < end; at += SECTOR_SIZE)
		done = has_badblocks(pmem, at, SECTOR_SIZE);
	pmem_notify_badblocks(pmem);
	return done;
}

/* The same for the page at @offset, which is as bad as it can be then. */
static bool record_page(struct pmem_device *pmem, phys_addr_t offset)
{
	struct xarray *confined = &pmem->poison.confined;
	unsigned long pfn = offset_to_pfn(pmem, offset);
	bool done = record(pmem, offset - offset_in_page(offset), PAGE_SIZE);

	if (done)
		xa_clear_mark(confined, pfn, INCOMPLETE);
	else
		xa_set_mark(confined, pfn, INCOMPLETE);
	return done;
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
	bool done = record_page(pmem, pfn_to_offset(pmem, pfn));

	dev_err_ratelimited(pmem->bb.dev,
			    "pfn %#lx: bad, still in the direct map, %s\n", pfn,
			    done ? "refused" : "and no room to record it");
}

/*
 * Announce that a page is going to be confined; true when it has to be taken
 * out of the direct map.
 */
static bool announce(struct pmem_device *pmem, unsigned long pfn, void *event)
{
	struct xarray *confined = &pmem->poison.confined;
	void *old = xa_store(confined, pfn, event, GFP_KERNEL);

	if (xa_is_err(old)) {
		record_unconfined(pmem, pfn);
		return false;
	}
	return !old;
}

/* Take the pages from @pfn to before @end out of the direct map. */
static void confine(struct pmem_device *pmem, unsigned long pfn,
		    unsigned long end)
{
	struct pmem_poison *poison = &pmem->poison;
	unsigned int noio;
	unsigned long p;
	void *event;

	lockdep_assert_held(&poison->lock);
	noio = memalloc_noio_save();
	event = xa_mk_value(++poison->events & LONG_MAX);
	for (p = pfn; p < end; p++)
		if (announce(pmem, p, event))
			xa_set_mark(&poison->confined, p, IN_DIRECT_MAP);

	/*
	 * From here on accesses take the long way.  Those that still go through
	 * the direct map, under rcu_read_lock(), have to be through with it.
	 */
	synchronize_rcu();
	for (p = pfn; p < end; p++) {
		if (!xa_get_mark(&poison->confined, p, IN_DIRECT_MAP))
			continue;
		xa_clear_mark(&poison->confined, p, IN_DIRECT_MAP);
		if (set_mce_nospec(p)) {
			record_unconfined(pmem, p);
			xa_erase(&poison->confined, p);
		}
	}
	memalloc_noio_restore(noio);
}

/**
 * pmem_poison_add - Record an error, and confine the pages that it is in.
 * @pmem: the pmem device, with struct pages
 * @addr: physical address of the first bad byte
 * @len: number of bad bytes
 *
 * What does not fit in badblocks is refused all the same, in whole pages.  A
 * page that cannot be confined, for want of memory, is recorded in badblocks as
 * a whole and stays in the direct map.
 *
 * Context: Process context, from memory_failure(); sleeps.  Takes
 *	    pmem->poison.lock.
 */
void pmem_poison_add(struct pmem_device *pmem, phys_addr_t addr, size_t len)
{
	unsigned long pfn = PHYS_PFN(addr), end = PHYS_PFN(addr + len - 1) + 1;
	bool done;

	if (nvdimm_add_poison(pmem->bb.dev, addr, len))
		dev_err_ratelimited(pmem->bb.dev,
				    "error at %pa, %zu bytes: lost with the namespace\n",
				    &addr, len);

	guard(mutex)(&pmem->poison.lock);
	done = record(pmem, addr - pmem->pgmap.range.start, len);
	confine(pmem, pfn, end);
	if (done)
		return;
	dev_err_ratelimited(pmem->bb.dev,
			    "error at %pa, %zu bytes: not in badblocks\n",
			    &addr, len);
	for (; pfn < end; pfn++)
		xa_set_mark(&pmem->poison.confined, pfn, INCOMPLETE);
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

static long good_by_badblocks(struct pmem_device *pmem, phys_addr_t offset,
			      long nr_pages)
{
	sector_t sector = offset_to_sector(pmem, offset), first_bad;
	long seen, step;
	int num_bad;

	if (!pmem->bb.count)
		return nr_pages;
	/* badblocks counts in int */
	for (seen = 0; seen < nr_pages; seen += step) {
		sector_t from = sector + ((sector_t)seen << PAGE_SECTORS_SHIFT);

		step = min_t(long, nr_pages - seen,
			     INT_MAX >> PAGE_SECTORS_SHIFT);
		if (badblocks_check(&pmem->bb, from, step << PAGE_SECTORS_SHIFT,
				    &first_bad, &num_bad))
			return first_bad <= from ? seen :
			       (first_bad - sector) >> PAGE_SECTORS_SHIFT;
	}
	return nr_pages;
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
	long good = good_by_badblocks(pmem, offset, nr_pages);

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

	if (!has_pages(pmem))
		return pmem->virt_addr + offset;

	noio = memalloc_noio_save();
	page = pfn_to_page(offset_to_pfn(pmem, offset));
	addr = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	memalloc_noio_restore(noio);
	return addr ? addr + offset_in_page(offset) : NULL;
}

static void drop_alias(struct pmem_device *pmem, void *addr)
{
	if (has_pages(pmem))
		vunmap(addr - offset_in_page(addr));
}

/* A confined page of which it is not known what is bad is bad as a whole. */
static bool all_suspect(struct pmem_device *pmem, phys_addr_t offset)
{
	lockdep_assert_held(&pmem->poison.lock);
	if (!confined_entry(pmem, offset))
		return false;
	return xa_get_mark(&pmem->poison.confined, offset_to_pfn(pmem, offset),
			   INCOMPLETE) ||
	       !has_badblocks(pmem, offset - offset_in_page(offset), PAGE_SIZE);
}

static bool is_refused(struct pmem_device *pmem, phys_addr_t offset,
		       unsigned int len)
{
	guard(mutex)(&pmem->poison.lock);
	return all_suspect(pmem, offset) || has_badblocks(pmem, offset, len);
}

/*
 * Is there anything to clear before a part of one page is written?  When all of
 * the page is suspect, and is not all written, the rest has to be remembered.
 */
static int needs_clear(struct pmem_device *pmem, phys_addr_t offset,
		       unsigned int len)
{
	guard(mutex)(&pmem->poison.lock);
	if (!all_suspect(pmem, offset))
		return has_badblocks(pmem, offset, len);
	if (len < PAGE_SIZE && !record_page(pmem, offset))
		return -ENOSPC;
	return 1;
}

/* Clear the media errors in a part of one page, before it is written. */
static int clear_media(struct pmem_device *pmem, phys_addr_t offset,
		       unsigned int len, void *addr)
{
	int rc = needs_clear(pmem, offset, len);
	long cleared;

	if (rc <= 0)
		return rc;

	cleared = nvdimm_clear_poison(pmem->bb.dev,
				      offset_to_phys(pmem, offset), len);
	if (cleared < 0)
		return cleared;
	if (cleared < (long)len)
		return -EIO;
	/* What the caches hold of it is older than the media. */
	arch_invalidate_pmem(addr, len);
	return 0;
}

/*
 * A part of one page holds new data: restore the direct map when that was the
 * last bad part, then forget.  Not when an error was told in the page since
 * @seen was its state: it may be in what was written.  But another writer may
 * have made the rest good, and given the page back.
 */
static int accept_written(struct pmem_device *pmem, phys_addr_t offset,
			  unsigned int len, void *seen)
{
	phys_addr_t page_offset = offset - offset_in_page(offset);
	unsigned long pfn = offset_to_pfn(pmem, offset);
	unsigned int before = offset - page_offset;
	unsigned int after = PAGE_SIZE - before - len;
	void *now;

	guard(mutex)(&pmem->poison.lock);
	now = confined_entry(pmem, offset);
	if (now && now != seen)
		return -EIO;
	if (len < PAGE_SIZE && all_suspect(pmem, offset) &&
	    !record_page(pmem, offset))
		return -EIO;
	if (has_pages(pmem) &&
	    !(before && has_badblocks(pmem, page_offset, before)) &&
	    !(after && has_badblocks(pmem, offset + len, after))) {
		if (now && clear_mce_nospec(pfn))
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

	if (is_refused(pmem, offset, len))
		return BLK_STS_IOERR;
	addr = get_alias(pmem, offset);
	if (!addr)
		return BLK_STS_RESOURCE;
	status = pmem_copy_to_page(page, page_off, addr, len);
	drop_alias(pmem, addr);
	return status;
}

static blk_status_t write_part(struct pmem_device *pmem, struct page *page,
			       unsigned int page_off, phys_addr_t offset,
			       unsigned int len)
{
	void *seen = confined_entry(pmem, offset);
	void *addr = get_alias(pmem, offset);
	int rc;

	if (!addr)
		return BLK_STS_RESOURCE;
	rc = clear_media(pmem, offset, len, addr);
	if (!rc) {
		pmem_copy_from_page(addr, page, page_off, len);
		rc = accept_written(pmem, offset, len, seen);
	}
	drop_alias(pmem, addr);
	return rc ? BLK_STS_IOERR : BLK_STS_OK;
}

/* A segment of a bio is in one page, but may be in two of the device. */
static blk_status_t do_parts(struct pmem_device *pmem, struct page *page,
			     unsigned int page_off, phys_addr_t offset,
			     unsigned int len, bool write)
{
	blk_status_t status = BLK_STS_OK;

	while (len && !status) {
		unsigned int part = to_page_end(offset, len);

		if (write)
			status = write_part(pmem, page, page_off, offset, part);
		else
			status = read_part(pmem, page, page_off, offset, part);
		page_off += part;
		offset += part;
		len -= part;
	}
	return status;
}

/**
 * pmem_poison_read - Read a range that pmem_poison_hit().
 * @pmem: the pmem device
 * @page: page to read into
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
	return do_parts(pmem, page, page_off, offset, len, false);
}

/**
 * pmem_poison_write - Write to a range that pmem_poison_hit(), and repair it.
 * @pmem: the pmem device
 * @page: page to write from
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
	return do_parts(pmem, page, page_off, offset, len, true);
}

static size_t write_page_iter(struct pmem_device *pmem, phys_addr_t offset,
			      struct iov_iter *i)
{
	void *seen = confined_entry(pmem, offset);
	void *addr = get_alias(pmem, offset);
	size_t copied = 0, kept;

	if (!addr)
		return 0;
	if (!clear_media(pmem, offset, PAGE_SIZE, addr))
		copied = _copy_from_iter_flushcache(addr, PAGE_SIZE, i);
	kept = round_down(copied, SECTOR_SIZE);
	if (kept && accept_written(pmem, offset, kept, seen))
		kept = 0;
	iov_iter_revert(i, copied - kept);
	drop_alias(pmem, addr);
	return kept;
}

/**
 * pmem_poison_write_iter - The same for whole pages, from an iterator.
 * @pmem: the pmem device
 * @offset: of the range, page aligned, in bytes
 * @bytes: of the range, page aligned
 * @i: where the data comes from
 *
 * Context: Process context, may sleep and fault.
 * Return: bytes written, in whole sectors.  Less than @bytes when the device does
 *	   not clear an error, when @i cannot be read, or when one more error is
 *	   told in a page meanwhile.  What was not written is as bad as before.
 */
size_t pmem_poison_write_iter(struct pmem_device *pmem, phys_addr_t offset,
			      size_t bytes, struct iov_iter *i)
{
	size_t done = 0;

	while (done < bytes) {
		size_t part = write_page_iter(pmem, offset + done, i);

		done += part;
		if (part < PAGE_SIZE)
			break;
	}
	return done;
}
