/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Persistent memory with bad lines, as the cache of dm-writecache.
 *
 * The cache is mapped as a whole, for as long as the target is there.  Lines of
 * it may be bad when it is mapped, or go bad later, and all of the memory may go,
 * with its driver.  Which lines are bad is known to that driver, and to nobody
 * else: it is asked, and it repairs.
 *
 *  - All of the memory is mapped, bad pages too.  The mapping is an alias, so it
 *    stays when a bad page leaves the kernel's direct map.
 *  - What wc_pmem_bad() says is bad is not read.  What it does not is read with
 *    copy_mc_to_kernel() still: it may have gone bad a moment ago.
 *  - What is bad is written by wc_pmem_repair(), in whole sectors, and never by
 *    a store: that would not clear the error.
 *  - The memory, and the mapping, are used under the lock of the owner only, and
 *    nobody else gets its pages, as in a bio.  So whoever has taken the lock, as
 *    the one who takes the mapping away when the memory goes, knows that nobody
 *    uses it.
 *
 * A store to a line that has just gone bad, of which the owner has not been told
 * yet, is lost, as if the line had gone bad a moment later.
 */
#ifndef DM_WRITECACHE_PMEM_H
#define DM_WRITECACHE_PMEM_H

#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/dax.h>
#include <linux/dax-failure.h>
#include <linux/gfp.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/sched/mm.h>
#include <linux/uio.h>
#include <linux/vmalloc.h>

struct wc_pmem;

/**
 * struct wc_pmem_ops - What the owner of the memory is told.
 * @failed: bytes of it have gone bad, in bytes from the start of the mapping; they
 *	    are refused already
 * @going: all of it goes, after this, or has (@gone); the owner calls
 *	   wc_pmem_unmap()
 *
 * Both may sleep, and take the owner's lock.
 */
struct wc_pmem_ops {
	void (*failed)(struct wc_pmem *pmem, size_t offset, size_t len);
	void (*going)(struct wc_pmem *pmem, bool gone);
};

/**
 * struct wc_pmem - Persistent memory that is mapped.
 * @map: the mapping; NULL when there is none, or none any more.  Changed, and
 *	 what it maps used, under @lock
 * @size: of the mapping, in bytes; whole pages
 * @has_bad: some of it may be bad: the driver is to be asked.  Set under @lock, or
 *	     in wc_pmem_init(), and never cleared
 * @dax_dev: the device that it is on
 * @first: its first page, from the start of @dax_dev
 * @lock: of the owner, who holds it for what is done with the memory
 * @buf: a page to read to; guarded by @lock
 * @ops: how to tell the owner
 * @holder: what @dax_dev tells; registered if it has a device
 * @users: those who are telling it something, and the owner.  wc_pmem_exit()
 *	   gives up the owner's, and waits for the others
 * @idle: there are none
 */
struct wc_pmem {
	void *map;
	size_t size;
	bool has_bad;
	struct dax_device *dax_dev;
	pgoff_t first;
	struct mutex *lock;		/* map, has_bad, buf, the memory */
	void *buf;
	const struct wc_pmem_ops *ops;
	struct dax_holder holder;
	refcount_t users;
	struct completion idle;
};

static bool wc_pmem_get(struct dax_holder *holder)
{
	struct wc_pmem *pmem = holder->data;

	return refcount_inc_not_zero(&pmem->users);
}

static void wc_pmem_put(struct dax_holder *holder)
{
	struct wc_pmem *pmem = holder->data;

	if (refcount_dec_and_test(&pmem->users))
		complete(&pmem->idle);
}

static int wc_pmem_notify(struct dax_holder *holder,
			  const struct dax_failure *failure)
{
	struct wc_pmem *pmem = holder->data;

	if (failure->mf_flags & MF_MEM_PRE_REMOVE)
		pmem->ops->going(pmem, failure->mf_flags & MF_MEM_REMOVED);
	else
		pmem->ops->failed(pmem, failure->offset, failure->len);
	return 0;
}

static const struct dax_holder_operations wc_pmem_holder_ops = {
	.get = wc_pmem_get,
	.put = wc_pmem_put,
	.notify_failure = wc_pmem_notify,
};

/* The pages of the memory, bad ones too if these are wanted. */
static inline int wc_pmem_get_pages(struct wc_pmem *pmem, struct page **pages,
				    long nr, bool bad)
{
	long i = 0, n;
	pfn_t pfn;

	while (i < nr) {
		n = dax_direct_access(pmem->dax_dev, pmem->first + i, nr - i,
				      DAX_ACCESS, NULL, &pfn);
		if (n == -EHWPOISON && bad) {
			pmem->has_bad = true;
			n = dax_direct_access(pmem->dax_dev, pmem->first + i, 1,
					      DAX_RECOVERY_WRITE, NULL, &pfn);
		}
		if (n <= 0)
			return n ? n : -EINVAL;
		if (!pfn_t_has_page(pfn))
			return -EOPNOTSUPP;
		while (n-- && i < nr) {
			pages[i++] = pfn_t_to_page(pfn);
			pfn.val++;
			if (!(i & 15))
				cond_resched();
		}
	}
	return 0;
}

/**
 * wc_pmem_init - Map memory, and be told when it fails, or goes.
 * @pmem: all zeroes, but @pmem->lock and @pmem->ops
 * @dax_dev: the device; the owner keeps it until wc_pmem_exit()
 * @first: first page, from the start of the device
 * @nr: number of pages
 * @bad: map bad pages as well
 *
 * Context: Process context, sleeps; not under the owner's lock.
 * Return: 0, -ENOMEM, -EHWPOISON when there are bad pages and they are not to be
 *	   mapped, -EOPNOTSUPP for memory without struct pages, -ENXIO when the
 *	   device has gone.  wc_pmem_exit() is needed just the same.
 */
static inline int wc_pmem_init(struct wc_pmem *pmem, struct dax_device *dax_dev,
			       pgoff_t first, long nr, bool bad)
{
	struct page **pages __free(kvfree) = vmalloc_array(nr, sizeof(*pages));
	int r, id;

	pmem->buf = (void *)__get_free_page(GFP_KERNEL);
	if (!pages || !pmem->buf)
		return -ENOMEM;
	pmem->dax_dev = dax_dev;
	pmem->first = first;
	pmem->size = (size_t)nr << PAGE_SHIFT;

	id = dax_read_lock();
	r = wc_pmem_get_pages(pmem, pages, nr, bad);
	if (!r) {
		pmem->map = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
		if (!pmem->map)
			r = -ENOMEM;
	}
	if (!r) {
		refcount_set(&pmem->users, 1);
		init_completion(&pmem->idle);
		pmem->holder.ops = &wc_pmem_holder_ops;
		pmem->holder.data = pmem;
		pmem->holder.start = (u64)first << PAGE_SHIFT;
		pmem->holder.len = pmem->size;
		dax_register_holder(dax_dev, &pmem->holder);
		/* What has gone bad meanwhile was told to others only. */
		r = wc_pmem_get_pages(pmem, pages, nr, bad);
	}
	dax_read_unlock(id);
	return r;
}

/**
 * wc_pmem_unmap - The memory goes.
 * @pmem: the memory; its @map is NULL after this
 *
 * Context: Process context, under the owner's lock.
 */
static inline void wc_pmem_unmap(struct wc_pmem *pmem)
{
	lockdep_assert_held(pmem->lock);
	vunmap(pmem->map);
	pmem->map = NULL;
}

/**
 * wc_pmem_exit - The end of wc_pmem_init(), whatever that returned.
 * @pmem: the memory, or all zeroes
 *
 * Context: Process context, sleeps; not under the owner's lock.
 */
static inline void wc_pmem_exit(struct wc_pmem *pmem)
{
	if (pmem->holder.dax_dev) {
		wc_pmem_put(&pmem->holder);
		wait_for_completion(&pmem->idle);
		dax_unregister_holder(&pmem->holder);
	}
	vunmap(pmem->map);
	pmem->map = NULL;
	free_page((unsigned long)pmem->buf);
}

/* Is a part of one page bad?  @unknown when that is not known. */
static inline bool wc_pmem_part_bad(struct wc_pmem *pmem, size_t offset,
				    size_t len, bool unknown)
{
	pgoff_t pgoff = pmem->first + (offset >> PAGE_SHIFT);
	ssize_t good;

	if (dax_direct_access(pmem->dax_dev, pgoff, 1, DAX_ACCESS, NULL,
			      NULL) != -EHWPOISON)
		return false;
	good = dax_recovery_read(pmem->dax_dev, pgoff, offset_in_page(offset),
				 pmem->buf, len);
	return good < 0 ? unknown : good < len;
}

/**
 * wc_pmem_bad - Is anything bad in some bytes?
 * @pmem: the memory
 * @addr: of the first of them, in the mapping
 * @len: how many
 * @unknown: what to take those for of which that is not known, for want of memory:
 *	     false before they are read, which is safe; true before a store
 *
 * Context: Process context, may sleep, without I/O; under the owner's lock.
 * Return: true when some are, or may be and are to be taken for bad.
 */
static inline bool wc_pmem_bad(struct wc_pmem *pmem, const void *addr,
			       size_t len, bool unknown)
{
	size_t offset = addr - pmem->map, part;
	bool bad = false;
	int id;

	lockdep_assert_held(pmem->lock);
	if (likely(!pmem->has_bad))
		return false;
	id = dax_read_lock();
	for (; len && !bad; offset += part, len -= part) {
		part = min(len, PAGE_SIZE - offset_in_page(offset));
		bad = wc_pmem_part_bad(pmem, offset, part, unknown);
	}
	dax_read_unlock(id);
	return bad;
}

/**
 * wc_pmem_next_bad - Find a page in which something is bad.
 * @pmem: the memory
 * @offset: where to begin, in bytes from the start of the mapping
 * @end: of what to look at, in bytes
 *
 * Context: Process context, may sleep; under the owner's lock.
 * Return: an offset in the page, or @end.
 */
static inline size_t wc_pmem_next_bad(struct wc_pmem *pmem, size_t offset,
				      size_t end)
{
	int id = dax_read_lock();
	long n = 0;

	lockdep_assert_held(pmem->lock);
	while (offset < end) {
		size_t page = offset >> PAGE_SHIFT;

		n = dax_direct_access(pmem->dax_dev, pmem->first + page,
				      DIV_ROUND_UP(end, PAGE_SIZE) - page,
				      DAX_ACCESS, NULL, NULL);
		if (n <= 0)
			break;
		offset = (page + n) << PAGE_SHIFT;
	}
	dax_read_unlock(id);
	return offset < end && n == -EHWPOISON ? offset : end;
}

/**
 * wc_pmem_repair - Write to bytes that may be bad.
 * @pmem: the memory
 * @addr: of the first of them, in the mapping
 * @data: what to write
 * @len: how many, a multiple of the sector size, as is @addr's offset
 *
 * What is written is durable after pmem_wmb().
 *
 * Context: Process context, sleeps, without I/O; under the owner's lock.
 * Return: true when they are good, and hold @data.  Else those that were bad
 *	   still are.
 */
static inline bool wc_pmem_repair(struct wc_pmem *pmem, void *addr,
				  const void *data, size_t len)
{
	size_t offset = addr - pmem->map, done = 0, part;
	unsigned int noio = memalloc_noio_save();
	int id = dax_read_lock();

	lockdep_assert_held(pmem->lock);
	for (; dax_alive(pmem->dax_dev) && done < len; done += part) {
		struct kvec kvec = { .iov_base = (void *)data + done };
		struct iov_iter iter;
		size_t at = offset + done;

		part = min(len - done, PAGE_SIZE - offset_in_page(at));
		kvec.iov_len = part;
		iov_iter_kvec(&iter, ITER_SOURCE, &kvec, 1, part);
		if (dax_recovery_write(pmem->dax_dev,
				       pmem->first + (at >> PAGE_SHIFT),
				       addr + done, part, &iter) != part)
			break;
	}
	dax_read_unlock(id);
	memalloc_noio_restore(noio);
	return done == len;
}

#endif /* DM_WRITECACHE_PMEM_H */
