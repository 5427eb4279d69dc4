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
 *  - Whoever learns of an error records it in the map of the bus (poison.c).
 *    Then the page is taken out of the direct map, and only then those who use
 *    it are told: a bad line is refused before its page is unmapped, so nobody
 *    maps it again.
 *  - Reads and writes that meet a page with a bad line come here.  They go page
 *    by page, and through a short-lived alias of the page, never through the
 *    direct map.
 *  - A write clears the media error, writes the data, reads it back, gives the
 *    page back to the direct map when no other bad line is left in it, and only
 *    then forgets that it was bad.  When any step fails, all of it is as bad as
 *    before.
 *
 * The invariants: a page that this driver took out of the direct map is in
 * pmem->poison.confined until it is back, and it holds a bad line as long as it
 * is in there.  So a lookup in the map, by pages, says whether the direct map
 * can be used.
 */
#include <linux/cleanup.h>
#include <linux/dax-failure.h>
#include <linux/highmem.h>
#include <linux/libnvdimm.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/set_memory.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/vmalloc.h>
#include "nd.h"
#include "pmem.h"
#include "repair.h"
#include "trace.h"

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

static bool is_confined(struct pmem_device *pmem, unsigned long pfn)
{
	return xa_load(&pmem->poison.confined, pfn);
}

/* Is anything bad in the bytes at @offset? */
static bool is_bad(struct pmem_device *pmem, phys_addr_t offset, size_t len)
{
	phys_addr_t phys = offset_to_phys(pmem, offset);

	return len && nd_poison_hit(pmem->bb.poison, phys, phys + len - 1);
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
 * Call it before the pages of @pmem come to be.
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int devm_pmem_poison_init(struct device *dev, struct pmem_device *pmem)
{
	mutex_init(&pmem->poison.lock);
	mutex_init(&pmem->poison.repair);
	xa_init(&pmem->poison.confined);
	pmem->poison.buf = (void *)devm_get_free_pages(dev, GFP_KERNEL, 1);
	if (!pmem->poison.buf)
		return -ENOMEM;
	return devm_add_action_or_reset(dev, pmem_poison_exit, pmem);
}

/* The direct map of the device goes, and its pages are not counted any more. */
static void pmem_poison_detach(void *_pmem)
{
	struct pmem_device *pmem = _pmem;
	struct range within = pmem->pgmap.range, bad;

	scoped_guard(mutex, &pmem->poison.lock)
		WRITE_ONCE(pmem->poison.state, PMEM_PAGES_GONE);
	while (within.start <= within.end &&
	       nd_poison_find(pmem->bb.poison, &within, &bad)) {
		unsigned long pfn = PHYS_PFN(bad.start);

		for (; pfn <= PHYS_PFN(bad.end); pfn++) {
			if (pgmap_pfn_valid(&pmem->pgmap, pfn))
				memory_failure_repaired(pfn);
			cond_resched();
		}
		within.start = bad.end + 1;
	}
}

/**
 * devm_pmem_poison_attach - Confine what was known to be bad before.
 * @dev: device whose driver is being bound to @pmem
 * @pmem: the pmem device, with its pages, and nobody who uses them yet
 *
 * Context: Process context, sleeps.
 * Return: 0 or -ENOMEM.
 */
int devm_pmem_poison_attach(struct device *dev, struct pmem_device *pmem)
{
	if (!has_pages(pmem))
		return 0;
	pmem_poison_revalidate(pmem, &pmem->pgmap.range);
	scoped_guard(mutex, &pmem->poison.lock)
		WRITE_ONCE(pmem->poison.state, PMEM_PAGES_IN_USE);
	return devm_add_action_or_reset(dev, pmem_poison_detach, pmem);
}

/* It stays in the direct map, and is refused just the same, as a whole. */
static void refuse_page(struct pmem_device *pmem, unsigned long pfn)
{
	phys_addr_t phys = PFN_PHYS(pfn);
	bool simulated = !nd_poison_any(pmem->bb.poison, phys, PAGE_SIZE,
					ND_POISON_BAD, ND_POISON_BAD);

	nvdimm_add_poison(pmem->dev, phys, PAGE_SIZE, simulated);
	dev_err_ratelimited(pmem->dev,
			    "pfn %#lx: bad, still in the direct map, refused\n",
			    pfn);
}

/* Count a page that has a bad line, and flag it. */
static bool count_page(struct pmem_device *pmem, unsigned long pfn)
{
	phys_addr_t phys = PFN_PHYS(pfn);

	lockdep_assert_held(&pmem->poison.lock);
	if (pmem->poison.state == PMEM_PAGES_GONE ||
	    !pgmap_pfn_valid(&pmem->pgmap, pfn) ||
	    !nd_poison_hit(pmem->bb.poison, phys, phys + PAGE_SIZE - 1))
		return false;
	memory_failure_count(pfn);
	return true;
}

/* Does a page have to leave the direct map?  It is marked if so. */
static bool mark_confined(struct pmem_device *pmem, unsigned long pfn)
{
	int rc;

	if (!count_page(pmem, pfn))
		return false;
	rc = xa_insert(&pmem->poison.confined, pfn, xa_mk_value(0), GFP_NOIO);
	if (rc && rc != -EBUSY)
		refuse_page(pmem, pfn);
	return !rc;
}

/* Take marked pages out of the direct map; one by one if not all at once. */
static void take_out(struct pmem_device *pmem, unsigned long pfn,
		     unsigned long nr)
{
	int all = nr ? set_mce_nospec_range(pfn, nr) : 0;
	unsigned long end;

	for (end = pfn + nr; pfn < end; pfn++) {
		int rc = all && nr > 1 ? set_mce_nospec_range(pfn, 1) : all;

		trace_nvdimm_poison_confine(PFN_PHYS(pfn), rc);
		if (!rc)
			continue;
		xa_erase(&pmem->poison.confined, pfn);
		refuse_page(pmem, pfn);
	}
}

/*
 * What is done in one go: it takes the lock for that long, and no entry of the
 * direct map for 2 MiB is ever made not-present as a whole.
 */
#define CONFINE_PAGES	256

/* Take pages with bad lines out of the direct map, and count them. */
static void confine_pages(struct pmem_device *pmem, unsigned long pfn,
			  unsigned long nr)
{
	unsigned long end = pfn + nr, run = 0;

	guard(mutex)(&pmem->poison.lock);
	for (; pfn < end; pfn++) {
		if (mark_confined(pmem, pfn)) {
			run++;
			continue;
		}
		take_out(pmem, pfn - run, run);
		run = 0;
	}
	take_out(pmem, end - run, run);
}

/*
 * What begins to map a page from here on has to see that it is bad, and a synchronous
 * fault that has asked for it before looks at the flag.
 */
static void count_pages(struct pmem_device *pmem, const struct range *bad,
			unsigned int nr)
{
	unsigned long pfn;

	for (; nr--; bad++)
		for (pfn = PHYS_PFN(bad->start); pfn <= PHYS_PFN(bad->end); pfn++) {
			scoped_guard(mutex, &pmem->poison.lock)
				count_page(pmem, pfn);
			cond_resched();
		}
}

static bool all_confined(struct pmem_device *pmem, const struct range *bad,
			 unsigned int nr)
{
	unsigned long pfn;

	for (; nr--; bad++)
		for (pfn = PHYS_PFN(bad->start); pfn <= PHYS_PFN(bad->end); pfn++) {
			if (!is_confined(pmem, pfn))
				return false;
			cond_resched();
		}
	return true;
}

/*
 * The bad lines of some ranges are recorded, so accesses take the long way from
 * here on, and faults are refused.  Those that still go through the direct map,
 * under rcu_read_lock(), have to be through with it, and those that still map a
 * page have to show it.
 */
static void confine(struct pmem_device *pmem, const struct range *bad,
		    unsigned int nr)
{
	unsigned int noio = memalloc_noio_save();
	unsigned long pfn, next;

	if (READ_ONCE(pmem->poison.state) == PMEM_PAGES_IN_USE &&
	    !all_confined(pmem, bad, nr)) {
		count_pages(pmem, bad, nr);
		synchronize_rcu_expedited();
		dax_wait_for_faults();
	}
	for (; nr--; bad++)
		for (pfn = PHYS_PFN(bad->start); pfn <= PHYS_PFN(bad->end);
		     pfn = next) {
			next = round_down(pfn + CONFINE_PAGES, CONFINE_PAGES);
			confine_pages(pmem, pfn, min(next, PHYS_PFN(bad->end) + 1) - pfn);
			cond_resched();
		}
	memalloc_noio_restore(noio);
}

/**
 * pmem_poison_add - Record an error, and confine the pages that it is in.
 * @pmem: the pmem device, with struct pages
 * @addr: physical address of the first bad byte
 * @len: number of bad bytes
 * @simulated: the medium is good
 *
 * A page that cannot be confined, for want of memory, stays in the direct map
 * and is recorded as bad as a whole.  One that was repaired in the meantime is
 * left alone.
 *
 * Context: Process context, from memory_failure(); sleeps.
 */
void pmem_poison_add(struct pmem_device *pmem, phys_addr_t addr, size_t len,
		     bool simulated)
{
	struct range bad = { .start = addr, .end = addr + len - 1 };

	nvdimm_add_poison(pmem->dev, addr, len, simulated);
	confine(pmem, &bad, 1);
	nd_badblocks_notify(&pmem->bb);
}

/* Take the pages of a bad range from those who map them. */
static void unmap_bad(struct pmem_device *pmem, const struct range *bad)
{
	phys_addr_t start = max(bad->start, pmem->bb.range.start);
	phys_addr_t end = min(bad->end, pmem->bb.range.end);

	if (IS_ENABLED(CONFIG_MEMORY_FAILURE) && start <= end &&
	    memory_failure_range(start, end - start + 1, MF_UNMAP_ONLY))
		dev_warn_ratelimited(pmem->dev,
				     "pfn %#lx: bad, still mapped\n",
				     PHYS_PFN(start));
}

#define BATCH	32

/**
 * pmem_poison_revalidate - Confine what was recorded without this driver.
 * @pmem: the pmem device
 * @range: the physical addresses in question
 *
 * What a scrub has found, a provider or an administrator has told.  Nobody has
 * consumed it: pages that are mapped are unmapped, and nobody is signalled.
 *
 * Context: Process context, sleeps.
 */
void pmem_poison_revalidate(struct pmem_device *pmem, const struct range *range)
{
	struct range within = *range, bad[BATCH];
	unsigned int i, nr = 0;

	do {
		if (!has_pages(pmem))
			break;
		for (nr = 0; nr < BATCH && within.start <= within.end &&
			     nd_poison_find(pmem->bb.poison, &within, &bad[nr]);) {
			within.start = bad[nr].end + 1;
			/* Known since long, else. */
			if (!all_confined(pmem, &bad[nr], 1))
				nr++;
		}
		if (nr)
			confine(pmem, bad, nr);
		for (i = 0; i < nr; i++)
			unmap_bad(pmem, &bad[i]);
	} while (nr == BATCH);
	nd_badblocks_notify(&pmem->bb);
}

/**
 * pmem_poison_hit - Does a range need more than an ordinary access?
 * @pmem: the pmem device
 * @offset: of the range, in bytes from the start of the device's memory
 * @len: of the range, in bytes
 *
 * Context: Any but interrupts.
 * Return: true when there is a bad line in its pages.
 */
bool pmem_poison_hit(struct pmem_device *pmem, phys_addr_t offset, size_t len)
{
	phys_addr_t phys = offset_to_phys(pmem, offset);

	return nd_badblocks_hit(pmem->region_bb, ALIGN_DOWN(phys, PAGE_SIZE),
				ALIGN(phys + len, PAGE_SIZE) - 1);
}

/**
 * pmem_poison_good_pages - How many pages are good before the first bad one?
 * @pmem: the pmem device
 * @offset: of the first page, in bytes from the start of the device's memory
 * @nr_pages: how many to look at
 *
 * Context: Any but interrupts.
 * Return: 0 to @nr_pages.
 */
long pmem_poison_good_pages(struct pmem_device *pmem, phys_addr_t offset,
			    long nr_pages)
{
	phys_addr_t phys = offset_to_phys(pmem, offset);
	struct range bad, within = {
		.start = phys,
		.end = phys + PFN_PHYS((phys_addr_t)nr_pages) - 1,
	};

	if (!nd_badblocks_near(pmem->region_bb, within.start, within.end) ||
	    !nd_poison_find(pmem->bb.poison, &within, &bad))
		return nr_pages;
	return PHYS_PFN(bad.start - phys);
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
	page = pfn_to_page(PHYS_PFN(offset_to_phys(pmem, offset)));
	addr = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	memalloc_noio_restore(noio);
	return addr ? addr + offset_in_page(offset) : NULL;
}

static void drop_alias(struct pmem_device *pmem, void *addr)
{
	if (has_pages(pmem))
		vunmap(addr - offset_in_page(addr));
}

/*
 * Write the first @len bytes of the buffer, and see that they are there: where
 * nothing but writing clears an error, that may not have helped.
 */
static int write_and_verify(struct pmem_device *pmem, void *addr,
			    unsigned int len)
{
	void *buf = pmem->poison.buf;

	lockdep_assert_held(&pmem->poison.repair);
	memcpy_flushcache(addr, buf, len);
	if (copy_mc_to_kernel(buf + PAGE_SIZE, addr, len))
		return -EIO;
	return memcmp(buf, buf + PAGE_SIZE, len) ? -EIO : 0;
}

/*
 * Give the page back to the direct map when nothing is left in it but the part
 * at @offset, which holds good data.
 */
static int restore_page(struct pmem_device *pmem, phys_addr_t offset,
			unsigned int len)
{
	phys_addr_t page_offset = offset - offset_in_page(offset);
	unsigned long pfn = PHYS_PFN(offset_to_phys(pmem, offset));
	unsigned int before = offset - page_offset;
	unsigned int after = PAGE_SIZE - before - len;
	int rc;

	lockdep_assert_held(&pmem->poison.lock);
	if (!has_pages(pmem) || is_bad(pmem, page_offset, before) ||
	    is_bad(pmem, offset + len, after))
		return 0;
	if (is_confined(pmem, pfn)) {
		rc = clear_mce_nospec(pfn);
		trace_nvdimm_poison_restore(PFN_PHYS(pfn), rc);
		if (rc)
			return -EIO;
		xa_erase(&pmem->poison.confined, pfn);
	}
	memory_failure_repaired(pfn);
	return 0;
}

/*
 * A part of one page holds good data: restore, then forget.  Not when an error
 * was told in it meanwhile.  One that is told from here on finds the page in the
 * state that it is left in, and confines it again.
 */
static int accept_repair(struct pmem_device *pmem, phys_addr_t offset,
			 unsigned int len)
{
	phys_addr_t phys = offset_to_phys(pmem, offset);
	int rc;

	lockdep_assert_held(&pmem->poison.repair);
	guard(mutex)(&pmem->poison.lock);
	if (nd_poison_any(pmem->bb.poison, phys, len, ND_POISON_REPAIR, 0))
		return -EIO;
	rc = restore_page(pmem, offset, len);
	if (rc)
		return rc;
	return nvdimm_end_repair(pmem->dev, phys, len, true);
}

/* Is something in a part bad on the medium, and not only said to be? */
static bool is_on_media(struct pmem_device *pmem, phys_addr_t phys,
			unsigned int len)
{
	return nd_poison_any(pmem->bb.poison, phys, len, ND_POISON_BAD,
			     ND_POISON_BAD);
}

/* Clear the media errors in a part of one page that is being repaired. */
static int clear_media(struct pmem_device *pmem, phys_addr_t phys,
		       unsigned int len, void *addr)
{
	if (!is_on_media(pmem, phys, len))
		return 0;
	if (nvdimm_clear_poison(pmem->dev, phys, len) != len)
		return -EIO;
	/* What the caches hold of it is older than the media. */
	arch_invalidate_pmem(addr, len);
	return 0;
}

static int overwrite(struct pmem_device *pmem, struct page *page,
		     unsigned int page_off, phys_addr_t phys, unsigned int len,
		     void *addr)
{
	int rc = clear_media(pmem, phys, len, addr);

	if (rc)
		return rc;
	/* Somebody may be changing the page; what is written must not. */
	memcpy_from_page(pmem->poison.buf, page, page_off, len);
	return write_and_verify(pmem, addr, len);
}

/* Make a part of one page good; without a @page, what it holds is to be good. */
static int repair_part(struct pmem_device *pmem, struct page *page,
		       unsigned int page_off, phys_addr_t offset,
		       unsigned int len, void *addr)
{
	phys_addr_t phys = offset_to_phys(pmem, offset);
	int rc;

	guard(mutex)(&pmem->poison.repair);
	rc = nd_poison_begin_repair(pmem->bb.poison, phys, len);
	if (rc)
		return rc;
	if (page)
		rc = overwrite(pmem, page, page_off, phys, len, addr);
	else if (is_on_media(pmem, phys, len))
		rc = -EOPNOTSUPP;
	if (!rc)
		rc = accept_repair(pmem, offset, len);
	if (rc) {
		nvdimm_end_repair(pmem->dev, phys, len, false);
		/* Should the page be restored, but not forgotten. */
		if (has_pages(pmem))
			confine_pages(pmem, PHYS_PFN(phys), 1);
	}
	nd_badblocks_notify(&pmem->bb);
	return rc;
}

/**
 * pmem_poison_unpoison - Take back the simulated errors in a page.
 * @pmem: the pmem device, with struct pages
 * @pfn: the page
 *
 * Context: Process context, sleeps.
 * Return: 0, -EBUSY when there are none, -EOPNOTSUPP when there is a real one: it
 *	   takes a write to repair that, or -ENOMEM, -EIO.
 */
int pmem_poison_unpoison(struct pmem_device *pmem, unsigned long pfn)
{
	phys_addr_t phys = PFN_PHYS(pfn);

	if (!nd_poison_hit(pmem->bb.poison, phys, phys + PAGE_SIZE - 1))
		return -EBUSY;
	return repair_part(pmem, NULL, 0, phys - offset_to_phys(pmem, 0),
			   PAGE_SIZE, NULL);
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

	if (is_bad(pmem, offset, len))
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
	void *addr = get_alias(pmem, offset);
	int rc = 0;

	if (!addr)
		return BLK_STS_RESOURCE;
	if (is_bad(pmem, offset, len))
		rc = repair_part(pmem, page, page_off, offset, len, addr);
	else
		pmem_copy_from_page(addr, page, page_off, len);
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
 * pmem_poison_read - Read a range for which pmem_poison_hit() is true.
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
 * pmem_poison_write - Write to a range for which pmem_poison_hit() is true.
 * @pmem: the pmem device
 * @page: page to write from
 * @page_off: where in @page, in bytes
 * @offset: of the range, in bytes from the start of the device's memory
 * @len: of the range, in bytes, a multiple of the sector size
 *
 * Context: Process context, may sleep; allocates without I/O.
 * Return: BLK_STS_OK, BLK_STS_IOERR when the device does not clear the error or
 *	   the data does not stay, BLK_STS_RESOURCE.  What was not written is as
 *	   bad as before.
 */
blk_status_t pmem_poison_write(struct pmem_device *pmem, struct page *page,
			       unsigned int page_off, phys_addr_t offset,
			       unsigned int len)
{
	return do_parts(pmem, page, page_off, offset, len, true);
}

/*
 * Write some bytes of one page that are in @page: as far as nothing is bad, just
 * so; and what is bad when whole sectors of it are written.
 */
static int write_bytes(struct pmem_device *pmem, struct page *page,
		       unsigned int page_off, phys_addr_t offset,
		       unsigned int len)
{
	unsigned int head = round_up(offset, SECTOR_SIZE) - offset;
	unsigned int tail, body;

	if (!is_bad(pmem, offset, len))
		return write_part(pmem, page, page_off, offset, len);
	if (head >= len)
		return -EIO;
	tail = (offset + len) % SECTOR_SIZE;
	body = len - head - tail;
	if (is_bad(pmem, offset, head) ||
	    is_bad(pmem, offset + head + body, tail))
		return -EIO;
	if (body && write_part(pmem, page, page_off + head, offset + head, body))
		return -EIO;
	if (head && write_part(pmem, page, page_off, offset, head))
		return -EIO;
	if (tail && write_part(pmem, page, page_off + head + body,
			       offset + head + body, tail))
		return -EIO;
	return 0;
}

/**
 * pmem_poison_write_iter - pmem_poison_write() from an iterator, any alignment.
 * @pmem: the pmem device
 * @offset: of the range, in bytes from the start of the device's memory
 * @bytes: of the range
 * @i: where the data comes from
 *
 * The data is fetched before anything is cleared.
 *
 * Context: Process context, may sleep and fault.
 * Return: bytes written.  Less than @bytes when the device does not clear an
 *	   error, when a bad sector is written in part, when @i cannot be read,
 *	   when one more error is told in a page meanwhile, or without memory.
 *	   What was not written is as bad as before.
 */
size_t pmem_poison_write_iter(struct pmem_device *pmem, phys_addr_t offset,
			      size_t bytes, struct iov_iter *i)
{
	struct page *page = alloc_page(GFP_KERNEL);
	size_t done = 0;

	if (!page)
		return 0;
	while (done < bytes) {
		phys_addr_t at = offset + done;
		unsigned int want = to_page_end(at, bytes - done);
		size_t got = copy_page_from_iter(page, 0, want, i);
		size_t part = got;

		/* Not half a sector for want of data. */
		if (got < want)
			part = max(round_down(at + got, SECTOR_SIZE), at) - at;
		if (part && write_bytes(pmem, page, 0, at, part))
			part = 0;
		iov_iter_revert(i, got - part);
		done += part;
		if (part < want)
			break;
	}
	__free_page(page);
	return done;
}

/* How many bytes of one page are good before the first bad line? */
static size_t good_bytes(struct pmem_device *pmem, phys_addr_t offset, size_t len)
{
	struct range bad, within = {
		.start = offset_to_phys(pmem, offset),
		.end = offset_to_phys(pmem, offset) + len - 1,
	};

	if (!nd_poison_find(pmem->bb.poison, &within, &bad))
		return len;
	return bad.start - within.start;
}

/**
 * pmem_poison_read_bytes - Read the good bytes around bad lines, any alignment.
 * @pmem: the pmem device
 * @offset: of the range, in bytes from the start of the device's memory
 * @buf: where to read to
 * @len: of the range, in bytes; it is in one page
 *
 * Context: Process context, may sleep; allocates without I/O.
 * Return: bytes read: up to the first bad line; -ENOMEM.
 */
ssize_t pmem_poison_read_bytes(struct pmem_device *pmem, phys_addr_t offset,
			       void *buf, size_t len)
{
	size_t good = good_bytes(pmem, offset, len);
	void *addr;

	if (!good)
		return 0;
	addr = get_alias(pmem, offset);
	if (!addr)
		return -ENOMEM;
	good -= copy_mc_to_kernel(buf, addr, good);
	drop_alias(pmem, addr);
	return good;
}
