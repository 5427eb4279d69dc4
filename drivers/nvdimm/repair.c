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
 * This file is the one place that does either, for the drivers of pmem and of
 * device-dax:
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
 * The invariants: a page that was taken out of the direct map stands so in
 * pmem_poison.pages until it is back, and it holds a bad line as long as it
 * stands there.  So a lookup in the map, by pages, says whether the direct map
 * can be used.
 */
#include <linux/cleanup.h>
#include <linux/dax-failure.h>
#include <linux/highmem.h>
#include <linux/libnvdimm.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/set_memory.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/vmalloc.h>
#include "nd.h"
#include "repair.h"
#include "trace.h"

/* What stands in pmem_poison.pages; see there. */
#define PAGE_TOLD	xa_mk_value(0)
#define PAGE_CONFINED	xa_mk_value(1)

static phys_addr_t offset_to_phys(struct pmem_poison *poison, phys_addr_t offset)
{
	return poison->phys_addr + offset;
}

static bool is_confined(struct pmem_poison *poison, unsigned long pfn)
{
	return xa_load(&poison->pages, pfn) == PAGE_CONFINED;
}

/* Is anything bad in the bytes at @offset? */
static bool is_bad(struct pmem_poison *poison, phys_addr_t offset, size_t len)
{
	phys_addr_t phys = offset_to_phys(poison, offset);

	return len && nd_poison_hit(poison->bb.poison, phys, phys + len - 1);
}

/**
 * devm_pmem_poison_init - Get ready for bad lines.
 * @dev: device on a region whose driver is being bound
 * @poison: the device's, zeroed memory
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int devm_pmem_poison_init(struct device *dev, struct pmem_poison *poison)
{
	mutex_init(&poison->lock);
	mutex_init(&poison->repair);
	xa_init(&poison->pages);
	poison->dev = dev;
	poison->region_bb = &to_nd_region(dev->parent)->bb;
	poison->buf = (void *)devm_get_free_pages(dev, GFP_KERNEL, 1);
	return poison->buf ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(devm_pmem_poison_init);

/* Accesses count from the first page, which may be behind a start pad. */
static void set_pages(struct pmem_poison *poison, struct dev_pagemap *pgmap)
{
	poison->pgmap = pgmap;
	poison->pages_range = pgmap->range;
	poison->phys_addr = pgmap->range.start;
	WRITE_ONCE(poison->state, PMEM_PAGES_NEW);
}

static void pmem_poison_unprepare(void *_poison)
{
	struct pmem_poison *poison = _poison;

	WRITE_ONCE(poison->state, PMEM_PAGES_NONE);
}

/**
 * devm_pmem_poison_prepare - Get ready to confine pages, before they come to be.
 * @dev: device whose driver is going to call devm_memremap_pages()
 * @poison: the device's
 * @pgmap: of the pages; stays for as long as @poison does
 *
 * May be called again when @dev has been unbound.
 *
 * Context: Process context, sleeps; takes the lock of the bus.
 * Return: 0 or -ENOMEM.
 */
int devm_pmem_poison_prepare(struct device *dev, struct pmem_poison *poison,
			     struct dev_pagemap *pgmap)
{
	/* A clear command that was not refused is over before pages come to be. */
	nvdimm_bus_lock(poison->dev);
	set_pages(poison, pgmap);
	nvdimm_bus_unlock(poison->dev);
	return devm_add_action_or_reset(dev, pmem_poison_unprepare, poison);
}
EXPORT_SYMBOL_GPL(devm_pmem_poison_prepare);

/* The direct map of the device goes, and its pages are not counted any more. */
static void pmem_poison_detach(void *_poison)
{
	struct pmem_poison *poison = _poison;
	unsigned long pfn;
	void *entry;

	guard(mutex)(&poison->lock);
	WRITE_ONCE(poison->state, PMEM_PAGES_GONE);
	xa_for_each(&poison->pages, pfn, entry) {
		memory_failure_repaired(pfn);
		cond_resched();
	}
	xa_destroy(&poison->pages);
}

/**
 * devm_pmem_poison_attach - Confine what was known to be bad before.
 * @dev: device that devm_pmem_poison_prepare() was called for
 * @poison: the device's, with its pages, and nobody who uses them yet
 *
 * Context: Process context, sleeps.
 * Return: 0 or -ENOMEM.
 */
int devm_pmem_poison_attach(struct device *dev, struct pmem_poison *poison)
{
	if (!pmem_poison_has_pages(poison))
		return 0;
	pmem_poison_revalidate(poison, &poison->pgmap->range);
	scoped_guard(mutex, &poison->lock)
		WRITE_ONCE(poison->state, PMEM_PAGES_IN_USE);
	return devm_add_action_or_reset(dev, pmem_poison_detach, poison);
}
EXPORT_SYMBOL_GPL(devm_pmem_poison_attach);

/* It stays in the direct map, and is refused just the same, as a whole. */
static void refuse_page(struct pmem_poison *poison, unsigned long pfn)
{
	phys_addr_t phys = PFN_PHYS(pfn);
	bool simulated = !nd_poison_any(poison->bb.poison, phys, PAGE_SIZE,
					ND_POISON_BAD, ND_POISON_BAD);

	nvdimm_add_poison(poison->dev, phys, PAGE_SIZE, simulated);
	dev_err_ratelimited(poison->dev,
			    "pfn %#lx: bad, still in the direct map, refused\n",
			    pfn);
}

/* Is it one that is told, counted and confined?  Then it has a bad line. */
static bool is_to_confine(struct pmem_poison *poison, unsigned long pfn)
{
	phys_addr_t phys = PFN_PHYS(pfn);

	lockdep_assert_held(&poison->lock);
	return (poison->state == PMEM_PAGES_NEW ||
		poison->state == PMEM_PAGES_IN_USE) &&
	       pgmap_pfn_valid(poison->pgmap, pfn) &&
	       nd_poison_hit(poison->bb.poison, phys, phys + PAGE_SIZE - 1);
}

/* Count a page that has a bad line, once, and flag it. */
static int count_page(struct pmem_poison *poison, unsigned long pfn)
{
	int rc = xa_insert(&poison->pages, pfn, PAGE_TOLD, GFP_NOIO);

	lockdep_assert_held(&poison->lock);
	if (!rc)
		memory_failure_count(pfn);
	return rc == -EBUSY ? 0 : rc;
}

/* Does a page have to leave the direct map?  It is marked if so. */
static bool mark_confined(struct pmem_poison *poison, unsigned long pfn)
{
	if (!is_to_confine(poison, pfn) || is_confined(poison, pfn))
		return false;
	if (count_page(poison, pfn)) {
		refuse_page(poison, pfn);
		return false;
	}
	xa_store(&poison->pages, pfn, PAGE_CONFINED, GFP_NOIO);
	return true;
}

/* Take marked pages out of the direct map; one by one if not all at once. */
static void take_out(struct pmem_poison *poison, unsigned long pfn,
		     unsigned long nr)
{
	int all = nr ? set_mce_nospec_range(pfn, nr) : 0;
	unsigned long end;

	for (end = pfn + nr; pfn < end; pfn++) {
		int rc = all && nr > 1 ? set_mce_nospec_range(pfn, 1) : all;

		trace_nvdimm_poison_confine(PFN_PHYS(pfn), rc);
		if (!rc)
			continue;
		xa_store(&poison->pages, pfn, PAGE_TOLD, GFP_NOIO);
		refuse_page(poison, pfn);
	}
}

/*
 * What is done in one go: it takes the lock for that long, and no entry of the
 * direct map for 2 MiB is ever made not-present as a whole.
 */
#define CONFINE_PAGES	256

/* Take pages with bad lines out of the direct map, and count them. */
static void confine_pages(struct pmem_poison *poison, unsigned long pfn,
			  unsigned long nr)
{
	unsigned long end = pfn + nr, run = 0;

	guard(mutex)(&poison->lock);
	for (; pfn < end; pfn++) {
		if (mark_confined(poison, pfn)) {
			run++;
			continue;
		}
		take_out(poison, pfn - run, run);
		run = 0;
	}
	take_out(poison, end - run, run);
}

/*
 * What begins to map a page from here on has to see that it is bad, and a synchronous
 * fault that has asked for it before looks at the flag.
 */
static void count_pages(struct pmem_poison *poison, const struct range *bad,
			unsigned int nr)
{
	unsigned long pfn;

	for (; nr--; bad++)
		for (pfn = PHYS_PFN(bad->start); pfn <= PHYS_PFN(bad->end); pfn++) {
			scoped_guard(mutex, &poison->lock)
				if (is_to_confine(poison, pfn))
					count_page(poison, pfn);
			cond_resched();
		}
}

/*
 * Under the lock: a repair that is about to give a page back has done so, or will
 * see the new bad line.
 */
static bool all_confined(struct pmem_poison *poison, const struct range *bad,
			 unsigned int nr)
{
	unsigned long pfn;

	for (; nr--; bad++)
		for (pfn = PHYS_PFN(bad->start); pfn <= PHYS_PFN(bad->end); pfn++) {
			scoped_guard(mutex, &poison->lock)
				if (!is_confined(poison, pfn))
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
static void confine(struct pmem_poison *poison, const struct range *bad,
		    unsigned int nr)
{
	unsigned int noio = memalloc_noio_save();
	unsigned long pfn, next;

	if (READ_ONCE(poison->state) == PMEM_PAGES_IN_USE &&
	    !all_confined(poison, bad, nr)) {
		count_pages(poison, bad, nr);
		synchronize_rcu_expedited();
		dax_wait_for_faults();
	}
	for (; nr--; bad++)
		for (pfn = PHYS_PFN(bad->start); pfn <= PHYS_PFN(bad->end);
		     pfn = next) {
			next = round_down(pfn + CONFINE_PAGES, CONFINE_PAGES);
			confine_pages(poison, pfn, min(next, PHYS_PFN(bad->end) + 1) - pfn);
			cond_resched();
		}
	memalloc_noio_restore(noio);
}

/*
 * Record an error, and confine the pages that it is in.  A page that cannot be
 * confined, for want of memory, stays in the direct map and is recorded as bad as
 * a whole.  One that was repaired in the meantime is left alone.
 */
static void record(struct pmem_poison *poison, phys_addr_t addr, size_t len,
		   bool simulated)
{
	struct range bad = { .start = addr, .end = addr + len - 1 };

	nvdimm_add_poison(poison->dev, addr, len, simulated);
	confine(poison, &bad, 1);
	nd_badblocks_notify(&poison->bb);
}

/* Take the pages of a bad range from those who map them. */
static void unmap_bad(struct pmem_poison *poison, const struct range *bad)
{
	phys_addr_t start = max(bad->start, poison->bb.range.start);
	phys_addr_t end = min(bad->end, poison->bb.range.end);

	if (IS_ENABLED(CONFIG_MEMORY_FAILURE) && start <= end &&
	    memory_failure_range(start, end - start + 1, MF_UNMAP_ONLY))
		dev_warn_ratelimited(poison->dev,
				     "pfn %#lx: bad, still mapped\n",
				     PHYS_PFN(start));
}

/*
 * Pages that do not go while the reference is held; NULL when there are none.  Some
 * may be yet to come: pgmap_pfn_valid() knows.
 */
static struct dev_pagemap *get_pages(struct pmem_poison *poison)
{
	if (!pmem_poison_has_pages(poison))
		return NULL;
	return get_dev_pagemap(PHYS_PFN(poison->pages_range.start), NULL);
}

#define BATCH	32

/**
 * pmem_poison_revalidate - Confine what was recorded without this driver.
 * @poison: the device's
 * @range: the physical addresses in question
 *
 * What a scrub has found, a provider or an administrator has told.  Nobody has
 * consumed it: pages that are mapped are unmapped, and nobody is signalled.
 *
 * Not while the pages come to be, or go: struct page cannot be relied on.  What is
 * recorded by then, devm_pmem_poison_attach() confines.
 *
 * Context: Process context, sleeps.
 */
void pmem_poison_revalidate(struct pmem_poison *poison, const struct range *range)
{
	struct dev_pagemap *pgmap = get_pages(poison);
	struct range within = *range, bad[BATCH];
	unsigned int i, nr = 0;

	do {
		if (!pgmap)
			break;
		for (nr = 0; nr < BATCH && within.start <= within.end &&
			     nd_poison_find(poison->bb.poison, &within, &bad[nr]);) {
			within.start = bad[nr].end + 1;
			/* Known since long, else. */
			if (!all_confined(poison, &bad[nr], 1))
				nr++;
		}
		if (nr)
			confine(poison, bad, nr);
		/* Before that nobody maps any. */
		for (i = 0; i < nr && READ_ONCE(poison->state) == PMEM_PAGES_IN_USE; i++)
			unmap_bad(poison, &bad[i]);
	} while (nr == BATCH);
	put_dev_pagemap(pgmap);
	nd_badblocks_notify(&poison->bb);
}
EXPORT_SYMBOL_GPL(pmem_poison_revalidate);

/**
 * pmem_poison_tell - An administrator tells of bad sectors, in a badblocks file.
 * @poison: the device's
 * @buf: what was written, see nd_badblocks_parse()
 * @count: bytes in @buf
 *
 * Context: Process context, sleeps.
 * Return: @count, or what nd_badblocks_parse() returns.
 */
ssize_t pmem_poison_tell(struct pmem_poison *poison, const char *buf,
			 size_t count)
{
	struct range range;
	int rc = nd_badblocks_parse(&poison->bb, buf, count, &range);

	if (rc)
		return rc;
	nvdimm_add_poison(poison->dev, range.start, range_len(&range), false);
	pmem_poison_revalidate(poison, &range);
	return count;
}
EXPORT_SYMBOL_GPL(pmem_poison_tell);

/**
 * pmem_poison_failure - &dev_pagemap_ops.memory_failure of a device's pages.
 * @poison: the device's
 * @dax_dev: whom to tell of what is in @poison->bb; NULL while it is being probed,
 *	     and in a kernel without DAX, when nobody holds it
 * @addr: physical address of the first bad byte
 * @len: number of bad bytes
 * @mf_flags: MF_*
 *
 * Nobody but the driver holds what is in front of that, the namespace's metadata.
 *
 * Context: Process context, sleeps.
 * Return: what dax_notify_failure() returns.
 */
int pmem_poison_failure(struct pmem_poison *poison, struct dax_device *dax_dev,
			phys_addr_t addr, size_t len, int mf_flags)
{
	phys_addr_t data = poison->bb.range.start;

	/* What is only unmapped is known, and confined. */
	if (!(mf_flags & MF_UNMAP_ONLY))
		record(poison, addr, len, mf_flags & MF_SW_SIMULATED);

	if (!dax_dev || addr + len <= data)
		return 0;
	if (addr < data) {
		len -= data - addr;
		addr = data;
	}
	return dax_notify_failure(dax_dev, addr - data, len, PHYS_PFN(addr),
				  mf_flags);
}
EXPORT_SYMBOL_GPL(pmem_poison_failure);

/**
 * pmem_poison_hit - Does a range need more than an ordinary access?
 * @poison: the device's
 * @offset: of the range, in bytes from the start of the device's memory
 * @len: of the range, in bytes
 *
 * Context: Any but interrupts.
 * Return: true when there is a bad line in its pages.
 */
bool pmem_poison_hit(struct pmem_poison *poison, phys_addr_t offset, size_t len)
{
	phys_addr_t phys = offset_to_phys(poison, offset);

	return nd_badblocks_hit(poison->region_bb, ALIGN_DOWN(phys, PAGE_SIZE),
				ALIGN(phys + len, PAGE_SIZE) - 1);
}
EXPORT_SYMBOL_GPL(pmem_poison_hit);

/**
 * pmem_poison_good_pages - How many pages are good before the first bad one?
 * @poison: the device's
 * @offset: of the first page, in bytes from the start of the device's memory
 * @nr_pages: how many to look at
 *
 * Context: Any but interrupts.
 * Return: 0 to @nr_pages.
 */
long pmem_poison_good_pages(struct pmem_poison *poison, phys_addr_t offset,
			    long nr_pages)
{
	phys_addr_t phys = offset_to_phys(poison, offset);
	struct range bad, within = {
		.start = phys,
		.end = phys + PFN_PHYS((phys_addr_t)nr_pages) - 1,
	};

	if (!nd_badblocks_near(poison->region_bb, within.start, within.end) ||
	    !nd_poison_find(poison->bb.poison, &within, &bad))
		return nr_pages;
	return PHYS_PFN(bad.start - phys);
}
EXPORT_SYMBOL_GPL(pmem_poison_good_pages);

/*
 * Where to reach the bytes at @offset in one page: in an alias, as the page may
 * leave the direct map at any time.  End with drop_alias().
 */
static void *get_alias(struct pmem_poison *poison, phys_addr_t offset)
{
	unsigned int noio;
	struct page *page;
	void *addr;

	if (!pmem_poison_has_pages(poison))
		return poison->virt_addr + offset;

	noio = memalloc_noio_save();
	page = pfn_to_page(PHYS_PFN(offset_to_phys(poison, offset)));
	addr = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	memalloc_noio_restore(noio);
	return addr ? addr + offset_in_page(offset) : NULL;
}

static void drop_alias(struct pmem_poison *poison, void *addr)
{
	if (pmem_poison_has_pages(poison))
		vunmap(addr - offset_in_page(addr));
}

/*
 * Write the first @len bytes of the buffer, and see that they are there: where
 * nothing but writing clears an error, that may not have helped.
 */
static int write_and_verify(struct pmem_poison *poison, void *addr,
			    unsigned int len)
{
	void *buf = poison->buf;

	lockdep_assert_held(&poison->repair);
	memcpy_flushcache(addr, buf, len);
	if (copy_mc_to_kernel(buf + PAGE_SIZE, addr, len))
		return -EIO;
	return memcmp(buf, buf + PAGE_SIZE, len) ? -EIO : 0;
}

/*
 * Give the page back to the direct map when nothing is left in it but the part
 * at @offset, which holds good data.
 */
static int restore_page(struct pmem_poison *poison, phys_addr_t offset,
			unsigned int len)
{
	phys_addr_t page_offset = offset - offset_in_page(offset);
	unsigned long pfn = PHYS_PFN(offset_to_phys(poison, offset));
	unsigned int before = offset - page_offset;
	unsigned int after = PAGE_SIZE - before - len;
	int rc;

	lockdep_assert_held(&poison->lock);
	if (!pmem_poison_has_pages(poison) || is_bad(poison, page_offset, before) ||
	    is_bad(poison, offset + len, after))
		return 0;
	if (is_confined(poison, pfn)) {
		rc = clear_mce_nospec(pfn);
		trace_nvdimm_poison_restore(PFN_PHYS(pfn), rc);
		if (rc)
			return -EIO;
	}
	if (xa_erase(&poison->pages, pfn))
		memory_failure_repaired(pfn);
	return 0;
}

/*
 * A part of one page holds good data: restore, then forget.  Not when an error
 * was told in it meanwhile.  One that is told from here on finds the page in the
 * state that it is left in, and confines it again.
 */
static int accept_repair(struct pmem_poison *poison, phys_addr_t offset,
			 unsigned int len)
{
	phys_addr_t phys = offset_to_phys(poison, offset);
	int rc;

	lockdep_assert_held(&poison->repair);
	guard(mutex)(&poison->lock);
	if (nd_poison_any(poison->bb.poison, phys, len, ND_POISON_REPAIR, 0))
		return -EIO;
	rc = restore_page(poison, offset, len);
	if (rc)
		return rc;
	return nvdimm_end_repair(poison->dev, phys, len, true);
}

/* Is something in a part bad on the medium, and not only said to be? */
static bool is_on_media(struct pmem_poison *poison, phys_addr_t phys,
			unsigned int len)
{
	return nd_poison_any(poison->bb.poison, phys, len, ND_POISON_BAD,
			     ND_POISON_BAD);
}

/* Clear the media errors in a part of one page that is being repaired. */
static int clear_media(struct pmem_poison *poison, phys_addr_t phys,
		       unsigned int len, void *addr)
{
	if (!is_on_media(poison, phys, len))
		return 0;
	if (nvdimm_clear_poison(poison->dev, phys, len) != len)
		return -EIO;
	/* What the caches hold of it is older than the media. */
	arch_invalidate_pmem(addr, len);
	return 0;
}

static int overwrite(struct pmem_poison *poison, struct page *page,
		     unsigned int page_off, phys_addr_t phys, unsigned int len,
		     void *addr)
{
	int rc = clear_media(poison, phys, len, addr);

	if (rc)
		return rc;
	/* Somebody may be changing the page; what is written must not. */
	memcpy_from_page(poison->buf, page, page_off, len);
	return write_and_verify(poison, addr, len);
}

/* Make a part of one page good; without a @page, what it holds is to be good. */
static int repair_part(struct pmem_poison *poison, struct page *page,
		       unsigned int page_off, phys_addr_t offset,
		       unsigned int len, void *addr)
{
	phys_addr_t phys = offset_to_phys(poison, offset);
	int rc;

	guard(mutex)(&poison->repair);
	rc = nd_poison_begin_repair(poison->bb.poison, phys, len);
	if (rc)
		return rc;
	if (page)
		rc = overwrite(poison, page, page_off, phys, len, addr);
	else if (is_on_media(poison, phys, len))
		rc = -EOPNOTSUPP;
	if (!rc)
		rc = accept_repair(poison, offset, len);
	if (rc) {
		nvdimm_end_repair(poison->dev, phys, len, false);
		/* Should the page be restored, but not forgotten. */
		if (pmem_poison_has_pages(poison))
			confine_pages(poison, PHYS_PFN(phys), 1);
	}
	nd_badblocks_notify(&poison->bb);
	return rc;
}

/**
 * pmem_poison_unpoison - Take back the simulated errors in a page.
 * @poison: the device's, with struct pages
 * @pfn: the page
 *
 * Context: Process context, sleeps.
 * Return: 0, -EBUSY when there are none, -EOPNOTSUPP when there is a real one: it
 *	   takes a write to repair that, or -ENOMEM, -EIO.
 */
int pmem_poison_unpoison(struct pmem_poison *poison, unsigned long pfn)
{
	phys_addr_t phys = PFN_PHYS(pfn);

	if (!nd_poison_hit(poison->bb.poison, phys, phys + PAGE_SIZE - 1))
		return -EBUSY;
	return repair_part(poison, NULL, 0, phys - offset_to_phys(poison, 0),
			   PAGE_SIZE, NULL);
}
EXPORT_SYMBOL_GPL(pmem_poison_unpoison);

static unsigned int to_page_end(phys_addr_t offset, size_t len)
{
	return min_t(size_t, len, PAGE_SIZE - offset_in_page(offset));
}

static blk_status_t read_part(struct pmem_poison *poison, struct page *page,
			      unsigned int page_off, phys_addr_t offset,
			      unsigned int len)
{
	unsigned long rem;
	void *addr, *mem;

	if (is_bad(poison, offset, len))
		return BLK_STS_IOERR;
	addr = get_alias(poison, offset);
	if (!addr)
		return BLK_STS_RESOURCE;
	mem = kmap_local_page(page);
	rem = copy_mc_to_kernel(mem + page_off, addr, len);
	kunmap_local(mem);
	drop_alias(poison, addr);
	return rem ? BLK_STS_IOERR : BLK_STS_OK;
}

static blk_status_t write_part(struct pmem_poison *poison, struct page *page,
			       unsigned int page_off, phys_addr_t offset,
			       unsigned int len)
{
	void *addr = get_alias(poison, offset), *mem;
	int rc = 0;

	if (!addr)
		return BLK_STS_RESOURCE;
	if (is_bad(poison, offset, len)) {
		rc = repair_part(poison, page, page_off, offset, len, addr);
	} else {
		mem = kmap_local_page(page);
		memcpy_flushcache(addr, mem + page_off, len);
		kunmap_local(mem);
	}
	drop_alias(poison, addr);
	return rc ? BLK_STS_IOERR : BLK_STS_OK;
}

/* A segment of a bio is in one page, but may be in two of the device. */
static blk_status_t do_parts(struct pmem_poison *poison, struct page *page,
			     unsigned int page_off, phys_addr_t offset,
			     unsigned int len, bool write)
{
	blk_status_t status = BLK_STS_OK;

	while (len && !status) {
		unsigned int part = to_page_end(offset, len);

		if (write)
			status = write_part(poison, page, page_off, offset, part);
		else
			status = read_part(poison, page, page_off, offset, part);
		page_off += part;
		offset += part;
		len -= part;
	}
	return status;
}

/**
 * pmem_poison_read - Read a range for which pmem_poison_hit() is true.
 * @poison: the device's
 * @page: page to read into
 * @page_off: where in @page, in bytes
 * @offset: of the range, in bytes from the start of the device's memory
 * @len: of the range, in bytes, a multiple of the sector size
 *
 * Context: Process context, may sleep; allocates without I/O.
 * Return: BLK_STS_OK, BLK_STS_IOERR for a bad sector, BLK_STS_RESOURCE.
 */
blk_status_t pmem_poison_read(struct pmem_poison *poison, struct page *page,
			      unsigned int page_off, phys_addr_t offset,
			      unsigned int len)
{
	return do_parts(poison, page, page_off, offset, len, false);
}
EXPORT_SYMBOL_GPL(pmem_poison_read);

/**
 * pmem_poison_write - Write to a range for which pmem_poison_hit() is true.
 * @poison: the device's
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
blk_status_t pmem_poison_write(struct pmem_poison *poison, struct page *page,
			       unsigned int page_off, phys_addr_t offset,
			       unsigned int len)
{
	return do_parts(poison, page, page_off, offset, len, true);
}
EXPORT_SYMBOL_GPL(pmem_poison_write);

/*
 * Write some bytes of one page that are in @page: as far as nothing is bad, just
 * so; and what is bad when whole sectors of it are written.
 */
static blk_status_t write_bytes(struct pmem_poison *poison, struct page *page,
				unsigned int page_off, phys_addr_t offset,
				unsigned int len)
{
	unsigned int head = round_up(offset, SECTOR_SIZE) - offset;
	unsigned int tail, body;

	if (!is_bad(poison, offset, len))
		return write_part(poison, page, page_off, offset, len);
	if (head >= len)
		return BLK_STS_IOERR;
	tail = (offset + len) % SECTOR_SIZE;
	body = len - head - tail;
	if (is_bad(poison, offset, head) ||
	    is_bad(poison, offset + head + body, tail))
		return BLK_STS_IOERR;
	if (body && write_part(poison, page, page_off + head, offset + head, body))
		return BLK_STS_IOERR;
	if (head && write_part(poison, page, page_off, offset, head))
		return BLK_STS_IOERR;
	if (tail && write_part(poison, page, page_off + head + body,
			       offset + head + body, tail))
		return BLK_STS_IOERR;
	return BLK_STS_OK;
}

/**
 * pmem_poison_write_iter - pmem_poison_write() from an iterator, any alignment.
 * @poison: the device's
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
size_t pmem_poison_write_iter(struct pmem_poison *poison, phys_addr_t offset,
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
		if (part && write_bytes(poison, page, 0, at, part))
			part = 0;
		iov_iter_revert(i, got - part);
		done += part;
		if (part < want)
			break;
	}
	__free_page(page);
	return done;
}
EXPORT_SYMBOL_GPL(pmem_poison_write_iter);

/* How many bytes of one page are good before the first bad line? */
static size_t good_bytes(struct pmem_poison *poison, phys_addr_t offset, size_t len)
{
	struct range bad, within = {
		.start = offset_to_phys(poison, offset),
		.end = offset_to_phys(poison, offset) + len - 1,
	};

	if (!nd_poison_find(poison->bb.poison, &within, &bad))
		return len;
	return bad.start - within.start;
}

/**
 * pmem_poison_read_bytes - Read the good bytes around bad lines, any alignment.
 * @poison: the device's
 * @offset: of the range, in bytes from the start of the device's memory
 * @buf: where to read to
 * @len: of the range, in bytes; it is in one page
 *
 * Context: Process context, may sleep; allocates without I/O.
 * Return: bytes read: up to the first bad line; -ENOMEM.
 */
ssize_t pmem_poison_read_bytes(struct pmem_poison *poison, phys_addr_t offset,
			       void *buf, size_t len)
{
	size_t good = good_bytes(poison, offset, len);
	void *addr;

	if (!good)
		return 0;
	addr = get_alias(poison, offset);
	if (!addr)
		return -ENOMEM;
	good -= copy_mc_to_kernel(buf, addr, good);
	drop_alias(poison, addr);
	return good;
}
EXPORT_SYMBOL_GPL(pmem_poison_read_bytes);

MODULE_DESCRIPTION("Repair of memory errors in persistent memory");
MODULE_LICENSE("GPL");

#if IS_ENABLED(CONFIG_NVDIMM_REPAIR_KUNIT_TEST)
#include "repair-test.c"
#endif
