// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filesystem DAX - how the kernel itself reads and writes a file's memory
 * =======================================================================
 *
 * read(), write(), copy-on-write, unshare, dedupe and partial zeroing access the
 * memory of a file through the kernel's direct map.  Two things can go wrong
 * there.  What is contiguous in the file need not be so in memory: below
 * dm-stripe and dm-linear, the bytes behind the end of a chunk are some other
 * file's.  And a page may be bad: a load takes a machine check, and when the
 * driver knows of the error, the page is not even in the direct map.
 *
 * This file has all of these accesses, and they keep to this:
 *
 *  - Nothing is accessed beyond what dax_direct_access() has returned.
 *  - Loads are machine check safe.  What cannot be read is an error, and is never
 *    replaced by zeros, or by what the destination held before.
 *  - Stores are made between dax_fault_lock() and dax_fault_unlock(), with
 *    dax_direct_access() asked in between: the driver waits for that before it
 *    takes a page away.  So they must not wait for memory of users, which may
 *    stall in a page fault for ever.  Aligned ones from there have a fixup, end
 *    short, and need no lock.
 *  - A bad page is only written by those who repair it: the driver, and whole
 *    sectors.  That of a new block is zeroed first, as a whole.
 *  - An operation ends where the bad bytes begin: what comes before is done, and
 *    for the rest there is an error.
 */
#include <linux/cleanup.h>
#include <linux/dax.h>
#include <linux/dax-failure.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "dax-copy.h"

/* The memory stays where it is. */
DEFINE_LOCK_GUARD_0(dax_read, _T->id = dax_read_lock(),
		    dax_read_unlock(_T->id), int id)
/* And a page that is good stays in the direct map. */
DEFINE_LOCK_GUARD_0(dax_fault, _T->id = dax_fault_lock(),
		    dax_fault_unlock(_T->id), int id)

/* This much is copied before others get their turn. */
#define DAX_COPY_MAX	SZ_2M

/* The page of @pos ends there, or after @len bytes. */
static size_t to_page_end(loff_t pos, u64 len)
{
	return min_t(u64, len, PAGE_SIZE - offset_in_page(pos));
}

/*
 * Where the bytes of an extent at @pos are in the direct map, and how many in a
 * row, up to @len.  -EHWPOISON: there is something bad in the page of the first.
 */
static ssize_t map_good(const struct iomap *iomap, loff_t pos, size_t len,
			void **kaddr)
{
	unsigned int offset = offset_in_page(pos);
	long nr;

	nr = dax_direct_access(iomap->dax_dev, dax_iomap_pgoff(iomap, pos),
			       PFN_UP(offset + len), DAX_ACCESS, kaddr, NULL);
	if (nr < 0)
		return nr;
	*kaddr += offset;
	return min_t(size_t, len, PFN_PHYS(nr) - offset);
}

static bool is_bad(const struct iomap *iomap, loff_t pos)
{
	void *kaddr;

	return map_good(iomap, pos, 1, &kaddr) == -EHWPOISON;
}

/* The good bytes of a bad page into kernel memory: all that are wanted. */
static ssize_t fetch_beside_bad(const struct iomap *iomap, loff_t pos,
				void *buf, size_t len)
{
	ssize_t n = dax_recovery_read(iomap->dax_dev,
				      dax_iomap_pgoff(iomap, pos),
				      offset_in_page(pos), buf, len);

	return n == len || n < 0 ? n : -EHWPOISON;
}

/* Some bytes of an extent into kernel memory.  With dax_fault_lock(). */
static ssize_t fetch_some(const struct iomap *iomap, loff_t pos, void *buf,
			  size_t len)
{
	size_t rem;
	void *kaddr;
	ssize_t n;

	if (!iomap || iomap->type == IOMAP_HOLE ||
	    iomap->type == IOMAP_UNWRITTEN) {
		memset(buf, 0, len);
		return len;
	}
	n = map_good(iomap, pos, len, &kaddr);
	if (n == -EHWPOISON)
		return fetch_beside_bad(iomap, pos, buf, to_page_end(pos, len));
	if (n < 0)
		return n;
	rem = copy_mc_to_kernel(buf, kaddr, n);
	return n > rem ? n - rem : -EHWPOISON;
}

/**
 * dax_fetch - Copy a part of an extent into kernel memory.
 * @iomap: the extent; holes and unwritten ones read as zeros
 * @pos: where the part begins in the file, in bytes
 * @buf: where to copy it to
 * @len: of the part, in bytes; the extent has all of it
 *
 * Context: Process context, sleeps.
 * Return: 0, -EHWPOISON when some of the bytes are bad, or the error of
 *	   dax_direct_access(); then @buf has changed all the same.
 */
int dax_fetch(const struct iomap *iomap, loff_t pos, void *buf, size_t len)
{
	guard(dax_read)();
	while (len) {
		ssize_t n;

		scoped_guard(dax_fault)
			n = fetch_some(iomap, pos, buf, len);
		if (n < 0)
			return n;
		buf += n;
		pos += n;
		len -= n;
	}
	return 0;
}

/* Copy some bytes from one extent to the other. */
static ssize_t copy_some(const struct iomap *dst, const struct iomap *src,
			 loff_t pos, size_t len)
{
	void *daddr;
	ssize_t n;

	guard(dax_fault)();
	n = map_good(dst, pos, len, &daddr);
	if (n > 0)
		n = fetch_some(src, pos, daddr, n);
	else if (n == -EHWPOISON)	/* just now; nothing of the source is lost */
		n = -EIO;
	if (n > 0)
		dax_flush(dst->dax_dev, daddr, n);
	return n;
}

static s64 copy_bytes(const struct iomap *dst, const struct iomap *src,
		      loff_t pos, u64 len)
{
	ssize_t n = 0;
	u64 done = 0;

	while (done < len) {
		n = copy_some(dst, src, pos + done,
			      min_t(u64, len - done, DAX_COPY_MAX));
		if (n < 0)
			break;
		done += n;
		cond_resched();
	}
	return done ?: n;
}

/*
 * Make the pages of a new block good that are bad.  Nothing is in them yet that
 * anybody wants to keep.
 */
static int repair_new(const struct iomap *iomap, loff_t pos, u64 len)
{
	loff_t end = round_up(pos + len, PAGE_SIZE);

	pos = round_down(pos, PAGE_SIZE);
	while (pos < end) {
		void *kaddr;
		ssize_t n = map_good(iomap, pos,
				     min_t(u64, end - pos, DAX_COPY_MAX), &kaddr);

		if (n == -EHWPOISON)
			n = dax_zero_page_range(iomap->dax_dev,
						dax_iomap_pgoff(iomap, pos), 1)
			    ?: PAGE_SIZE;
		if (n < 0)
			return n;
		pos += n;
	}
	return 0;
}

/**
 * dax_copy_extent - Fill new blocks of a copy-on-write.
 * @dst: the new extent
 * @src: what to fill it with, or NULL for zeros
 * @pos: where in the file, in bytes, a multiple of the page size
 * @len: how much, in bytes, a multiple of the page size; both extents have it
 *
 * Bad pages of @dst are repaired.  What was copied has left the CPU's caches.
 *
 * Context: Process context, sleeps.
 * Return: the number of bytes that were copied, whole pages, up to the first one
 *	   that is bad in @src; if there are none, -EHWPOISON, or -EIO when @dst
 *	   cannot be repaired, or the error of dax_direct_access().
 */
s64 dax_copy_extent(const struct iomap *dst, const struct iomap *src,
		    loff_t pos, u64 len)
{
	s64 n;

	guard(dax_read)();
	n = repair_new(dst, pos, len);
	if (n)
		return n;
	n = copy_bytes(dst, src, pos, len);
	if (n <= 0)
		return n;
	return round_down(n, PAGE_SIZE) ?: -EHWPOISON;
}

static int compare_page(const struct iomap *map1, loff_t pos1,
			const struct iomap *map2, loff_t pos2, size_t len,
			void *buf, bool *same)
{
	int ret = dax_fetch(map1, pos1, buf, len);

	ret = ret ?: dax_fetch(map2, pos2, buf + PAGE_SIZE, len);
	*same = !ret && !memcmp(buf, buf + PAGE_SIZE, len);
	return ret;
}

/**
 * dax_compare_extents - Do two extents read the same?
 * @map1: the first extent
 * @pos1: where to begin in its file, in bytes
 * @map2: the second extent
 * @pos2: where to begin in its file, in bytes
 * @len: how much to compare, in bytes; both extents have it
 * @same: the answer, when 0 is returned
 *
 * Context: Process context, sleeps.
 * Return: 0, -ENOMEM, -EHWPOISON when some of the bytes that had to be looked at
 *	   are bad, or the error of dax_direct_access().
 */
int dax_compare_extents(const struct iomap *map1, loff_t pos1,
			const struct iomap *map2, loff_t pos2, u64 len,
			bool *same)
{
	void *buf __free(kvfree) = kvmalloc(2 * PAGE_SIZE, GFP_KERNEL);
	int ret;

	if (!buf)
		return -ENOMEM;
	for (*same = true; len && *same;) {
		size_t n = min_t(u64, len, PAGE_SIZE);

		ret = compare_page(map1, pos1, map2, pos2, n, buf, same);
		if (ret)
			return ret;
		pos1 += n;
		pos2 += n;
		len -= n;
		cond_resched();
	}
	return 0;
}

/* The good bytes of a bad page, up to the first bad one. */
static ssize_t read_beside_bad(const struct iomap *iomap, loff_t pos,
			       size_t len, struct iov_iter *iter)
{
	struct page *page = alloc_page(GFP_KERNEL);
	ssize_t n;

	if (!page)
		return -ENOMEM;
	n = dax_recovery_read(iomap->dax_dev, dax_iomap_pgoff(iomap, pos),
			      offset_in_page(pos), page_address(page), len);
	if (n > 0)
		n = copy_page_to_iter(page, 0, n, iter);
	__free_page(page);
	return n;
}

/* From the file to memory; @want: that it is short of that ends the read. */
static ssize_t read_some(const struct iomap *iomap, loff_t pos, size_t len,
			 struct iov_iter *iter, size_t *want)
{
	void *kaddr;
	ssize_t n = map_good(iomap, pos, len, &kaddr);

	if (n == -EHWPOISON) {
		*want = to_page_end(pos, len);
		n = read_beside_bad(iomap, pos, *want, iter);
	} else if (n > 0) {
		*want = n;
		n = dax_copy_to_iter(iomap->dax_dev, dax_iomap_pgoff(iomap, pos),
				     kaddr, n, iter);
		/* Found bad meanwhile: read on beside that. */
		if (n < *want && is_bad(iomap, pos + n))
			*want = n;
	}
	if (n || !*want)
		return n;
	/* Is it the memory, or the file? */
	if (user_backed_iter(iter) && fault_in_iov_iter_writeable(iter, 1))
		return -EFAULT;
	return -EIO;
}

static ssize_t read_bytes(const struct iomap *iomap, loff_t pos, size_t len,
			  struct iov_iter *iter)
{
	size_t done = 0, want;
	ssize_t n = 0;

	while (done < len) {
		if (fatal_signal_pending(current)) {
			n = -EINTR;
			break;
		}
		n = read_some(iomap, pos + done, len - done, iter, &want);
		if (n < 0)
			break;
		done += n;
		if (n < want)
			break;
	}
	return done ?: n;
}

/* Into pages that are good, what memory gives without a page fault. */
static ssize_t write_good(const struct iomap *iomap, loff_t pos, size_t len,
			  struct iov_iter *iter)
{
	void *kaddr;
	ssize_t n;

	guard(dax_fault)();
	n = map_good(iomap, pos, min_t(size_t, len, DAX_COPY_MAX), &kaddr);
	if (n < 0)
		return n;
	pagefault_disable();
	n = dax_copy_from_iter(iomap->dax_dev, dax_iomap_pgoff(iomap, pos),
			       kaddr, n, iter);
	pagefault_enable();
	return n;
}

/* The first page is bad; its driver repairs it. */
static ssize_t write_bad(const struct iomap *iomap, loff_t pos, size_t len,
			 struct iov_iter *iter)
{
	pgoff_t pgoff = dax_iomap_pgoff(iomap, pos);
	void *kaddr;
	long nr;

	nr = dax_direct_access(iomap->dax_dev, pgoff, 1, DAX_RECOVERY_WRITE,
			       &kaddr, NULL);
	if (nr < 0)
		return nr;
	return dax_recovery_write(iomap->dax_dev, pgoff,
				  kaddr + offset_in_page(pos), len, iter) ?:
		-EIO;
}

/* From kernel memory to one page; @all: nothing is to follow. */
static ssize_t write_kernel(const struct iomap *iomap, loff_t pos, void *buf,
			    size_t len, bool all)
{
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct iov_iter iter;
	ssize_t n;

	iov_iter_kvec(&iter, ITER_SOURCE, &vec, 1, len);
	n = write_good(iomap, pos, len, &iter);
	if (n != -EHWPOISON)
		return n;
	/* Not half a sector for want of data. */
	if (!all)
		len = max_t(loff_t, round_down(pos + len, SECTOR_SIZE), pos) - pos;
	return len ? write_bad(iomap, pos, len, &iter) : -EFAULT;
}

/* What takes a page fault to fetch, or a driver to store: a page of it. */
static ssize_t write_bounced(const struct iomap *iomap, loff_t pos, size_t len,
			     struct iov_iter *iter)
{
	struct page *page = alloc_page(GFP_KERNEL);
	ssize_t n = -EFAULT;
	size_t got;

	if (!page)
		return -ENOMEM;
	got = copy_page_from_iter(page, 0, len, iter);
	if (got)
		n = write_kernel(iomap, pos, page_address(page), got,
				 got == len);
	iov_iter_revert(iter, got - max_t(ssize_t, n, 0));
	__free_page(page);
	return n;
}

/* From memory to the file, until it is done, or the error that ended it. */
static size_t write_bytes(const struct iomap *iomap, loff_t pos, size_t len,
			  struct iov_iter *iter, int *error)
{
	size_t done = 0;

	*error = 0;
	while (done < len) {
		ssize_t n = write_good(iomap, pos + done, len - done, iter);

		if (!n || n == -EHWPOISON)
			n = write_bounced(iomap, pos + done,
					  to_page_end(pos + done, len - done),
					  iter);
		if (n < 0) {
			*error = n;
			break;
		}
		done += n;
		cond_resched();
	}
	return done;
}

static int copy_edge(const struct iomap *dst, const struct iomap *src,
		     loff_t pos, size_t len)
{
	s64 n = len ? copy_bytes(dst, src, pos, len) : 0;

	if (n == len)
		return 0;
	return n < 0 ? dax_mem2blk_err(n) : -EIO;
}

/*
 * Write into new blocks, as many whole pages as there are, or one in part: then the
 * rest of it is filled up.
 */
static ssize_t cow_some(const struct iomap *iomap, const struct iomap *src,
			loff_t pos, size_t len, struct iov_iter *iter)
{
	unsigned int head = offset_in_page(pos);
	size_t tail, keep;
	ssize_t n;
	int ret;

	if (head || len < PAGE_SIZE)
		len = to_page_end(pos, len);
	else
		len = round_down(len, PAGE_SIZE);
	tail = round_up(pos + len, PAGE_SIZE) - (pos + len);

	ret = repair_new(iomap, pos, len);
	ret = ret ?: copy_edge(iomap, src, pos - head, head);
	ret = ret ?: copy_edge(iomap, src, pos + len, tail);
	if (ret)
		return ret;

	n = write_bytes(iomap, pos, len, iter, &ret);
	if (n == len || PAGE_ALIGNED(pos + n))
		return n ?: ret;
	/* Half a page of data, and half of who knows what. */
	keep = max_t(loff_t, round_down(pos + n, PAGE_SIZE), pos) - pos;
	iov_iter_revert(iter, n - keep);
	return keep ?: ret;
}

/*
 * What needs no CLWB for its edges has a fixup for a page that leaves the direct
 * map, and ends short: most writes are of that kind, and need no lock.
 */
static size_t write_aligned(const struct iomap *iomap, loff_t pos, size_t len,
			    struct iov_iter *iter)
{
	void *kaddr;
	ssize_t n;

	if (!iter_is_ubuf(iter) || !IS_ALIGNED(pos | len, 8))
		return 0;
	n = map_good(iomap, pos, min_t(size_t, len, DAX_COPY_MAX), &kaddr);
	if (n <= 0)
		return 0;
	return dax_copy_from_iter(iomap->dax_dev, dax_iomap_pgoff(iomap, pos),
				  kaddr, n, iter);
}

/* In pieces of 2 MiB, so that a task can be killed. */
static ssize_t write_pieces(const struct iomap_iter *iomi, loff_t pos,
			    size_t len, struct iov_iter *iter)
{
	const struct iomap *iomap = &iomi->iomap;
	bool cow = iomap->flags & IOMAP_F_SHARED;
	size_t done = cow ? 0 : write_aligned(iomap, pos, len, iter);
	ssize_t n = 0;
	int error;

	while (done < len) {
		size_t piece = min_t(size_t, len - done, DAX_COPY_MAX);

		if (cow) {
			n = cow_some(iomap, dax_cow_source(iomi), pos + done,
				     piece, iter);
		} else {
			n = write_bytes(iomap, pos + done, piece, iter, &error);
			n = n ?: error;
		}
		if (n < 0)
			break;
		done += n;
		if (fatal_signal_pending(current))
			break;
	}
	return done ?: n;
}

/**
 * dax_copy_iter - Copy between an extent of a file and memory.
 * @iomi: has the extent, and where copied-on-write data comes from
 * @pos: where in the file, in bytes
 * @len: how much, in bytes; the extent has it
 * @iter: the memory, and the direction
 *
 * A read goes as far as the bytes are good.  A write repairs what it overwrites,
 * in whole sectors.  In new blocks it fills pages that are written in part.
 *
 * Context: Process context, sleeps and faults.  dax_read_lock().
 * Return: the number of bytes that were copied; if there are none, -EFAULT when
 *	   the memory cannot be accessed, -EIO when the file's is bad, -EINTR,
 *	   -ENOMEM, or the error of dax_direct_access().
 */
ssize_t dax_copy_iter(const struct iomap_iter *iomi, loff_t pos, size_t len,
		      struct iov_iter *iter)
{
	if (iov_iter_rw(iter) != WRITE)
		return read_bytes(&iomi->iomap, pos, len, iter);
	return write_pieces(iomi, pos, len, iter);
}

/**
 * dax_copy_device - Copy between a DAX device without a filesystem and memory.
 * @dax_dev: the device
 * @pos: where in the device, in bytes
 * @iter: the memory, the direction, and how much, in bytes; the device has it
 *
 * A read goes as far as the bytes are good.  A write repairs what it overwrites,
 * in whole sectors.
 *
 * Context: Process context, sleeps and faults.  dax_read_lock().
 * Return: as dax_copy_iter().
 */
ssize_t dax_copy_device(struct dax_device *dax_dev, loff_t pos,
			struct iov_iter *iter)
{
	const struct iomap_iter iomi = {
		.iomap = {
			.type = IOMAP_MAPPED,
			.dax_dev = dax_dev,
		},
	};

	return dax_copy_iter(&iomi, pos, iov_iter_count(iter), iter);
}
EXPORT_SYMBOL_GPL(dax_copy_device);

/**
 * dax_zero_part - Zero a part of a page of a file.
 * @iomi: has the extent, and where copied-on-write data comes from
 * @pos: where in the file, in bytes
 * @len: how much, in bytes; up to the end of the page at most
 *
 * Context: Process context, sleeps.  dax_read_lock().
 * Return: 0, -EIO when a bad sector would be zeroed in part, or is not repaired,
 *	   or the error of dax_direct_access().
 */
int dax_zero_part(const struct iomap_iter *iomi, loff_t pos, size_t len)
{
	struct kvec vec = {
		.iov_base = page_address(ZERO_PAGE(0)),
		.iov_len = len,
	};
	struct iov_iter iter;
	ssize_t n;

	iov_iter_kvec(&iter, ITER_SOURCE, &vec, 1, len);
	n = dax_copy_iter(iomi, pos, len, &iter);
	if (n < 0)
		return n;
	return n == len ? 0 : -EIO;
}
