// SPDX-License-Identifier: GPL-2.0-only
/*
 * libnvdimm - the map of bad lines
 * =================================
 *
 * What is bad in persistent memory is told by machine checks, scrubs, firmware
 * and test tools, in pieces of 64 bytes to many megabytes, more than once, in
 * any order and on any CPU.  All of it has to be known, until it is repaired,
 * to whoever lets somebody use the memory: the filesystem that maps it, the
 * driver that reads it, the next driver that binds to it.
 *
 * This file is the one record of that.  Every bus has a map, by physical
 * address, for as long as the bus is there: it survives drivers and namespaces.
 * All else is a view of it or asks it: the badblocks files, the block layer's
 * I/O, DAX faults, what is taken out of the direct map.
 *
 * The invariants:
 *
 *  - A line that was told to be bad is found by every lookup from before
 *    nd_poison_add() returns until somebody forgets it.  Memory or its want has
 *    no part in it: what cannot be recorded exactly makes more bad, not less.
 *  - A line that is told to be bad while it is being repaired stays bad.
 *  - A change that fails leaves bad what it has not made good.
 *
 * The map is a maple tree: a million separate lines take some 50 MiB, a lookup
 * a handful of cache lines, and lookups take no lock.  In front of it, for those
 * who look before each access, stands a bitmap of what is good as a whole.
 */
#include <kunit/static_stub.h>
#include <kunit/visibility.h>
#include <linux/bitops.h>
#include <linux/blk_types.h>
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/xarray.h>
#include "poison.h"

/* Errors are told, and repaired, where I/O must not be waited for. */
#define POISON_GFP	(GFP_NOIO | __GFP_NOWARN)

static unsigned long to_line(u64 addr)
{
	return addr >> ND_POISON_LINE_SHIFT;
}

static u64 line_start(unsigned long line)
{
	return (u64)line << ND_POISON_LINE_SHIFT;
}

static u64 line_end(unsigned long line)
{
	return line_start(line) + ND_POISON_LINE - 1;
}

/**
 * nd_poison_init - Start with an empty map.
 * @poison: the map
 */
void nd_poison_init(struct nd_poison *poison)
{
	/*
	 * MT_FLAGS_ALLOC_RANGE, for the type of its inner nodes: in the other
	 * type mt_free_walk() takes what a node keeps in its last slot, when it
	 * is not full, for a child, after a store that replaces much of a tree.
	 */
	mt_init_flags(&poison->lines, MT_FLAGS_ALLOC_RANGE | MT_FLAGS_USE_RCU);
	mutex_init(&poison->lock);
	INIT_LIST_HEAD(&poison->filtered);
	spin_lock_init(&poison->coarse_lock);
	poison->nr_coarse = 0;
}
EXPORT_SYMBOL_GPL(nd_poison_init);

/**
 * nd_poison_exit - Free the map; nobody looks at it any more.
 * @poison: the map
 *
 * Context: May sleep.
 */
void nd_poison_exit(struct nd_poison *poison)
{
	mtree_destroy(&poison->lines);
	mutex_destroy(&poison->lock);
}
EXPORT_SYMBOL_GPL(nd_poison_exit);

/* Of which state are the lines around @line, and how many of them? */
static unsigned int state_at(struct nd_poison *poison, unsigned long line,
			     unsigned long *first, unsigned long *last)
{
	MA_STATE(mas, &poison->lines, line, line);
	void *entry;

	rcu_read_lock();
	entry = mas_walk(&mas);
	*first = mas.index;
	*last = mas.last;
	rcu_read_unlock();
	return entry ? xa_to_value(entry) : 0;
}

VISIBLE_IF_KUNIT int nd_poison_store(struct nd_poison *poison,
				     unsigned long first, unsigned long last,
				     unsigned int state)
{
	KUNIT_STATIC_STUB_REDIRECT(nd_poison_store, poison, first, last, state);
	return mtree_store_range(&poison->lines, first, last,
				 state ? xa_mk_value(state) : NULL, POISON_GFP);
}
EXPORT_SYMBOL_IF_KUNIT(nd_poison_store);

/* Set the state of some lines; one range with those beside that have it, too. */
static int set_state(struct nd_poison *poison, unsigned long first,
		     unsigned long last, unsigned int state)
{
	unsigned long from, to;

	lockdep_assert_held(&poison->lock);
	if (state && first && state_at(poison, first - 1, &from, &to) == state)
		first = from;
	if (state && last + 1 && state_at(poison, last + 1, &from, &to) == state)
		last = to;
	return nd_poison_store(poison, first, last, state);
}

/* The bits of a filter for what [@start, @end] and the view have in common. */
static bool chunks_of(struct nd_badblocks *bb, u64 start, u64 end,
		      unsigned long *first, unsigned long *last)
{
	u64 from = max(start, bb->range.start), to = min(end, bb->range.end);

	*first = (from - bb->range.start) >> ND_POISON_CHUNK_SHIFT;
	*last = (to - bb->range.start) >> ND_POISON_CHUNK_SHIFT;
	return from <= to;
}

/* Something is going to be bad there: whoever is too late for this comes first. */
static void set_filters(struct nd_poison *poison, u64 start, u64 end)
{
	struct nd_badblocks *bb;
	unsigned long i, last;

	lockdep_assert_held(&poison->lock);
	list_for_each_entry(bb, &poison->filtered, list) {
		if (!chunks_of(bb, start, end, &i, &last))
			continue;
		for (; i <= last; i++)
			set_bit(i, bb->filter);
	}
}

/* Something is good there: perhaps all of a chunk is. */
static void clear_filters(struct nd_poison *poison, u64 start, u64 end)
{
	struct nd_badblocks *bb;
	unsigned long i, last;

	lockdep_assert_held(&poison->lock);
	list_for_each_entry(bb, &poison->filtered, list) {
		if (!chunks_of(bb, start, end, &i, &last))
			continue;
		for (; i <= last; i++) {
			u64 chunk = bb->range.start +
				    ((u64)i << ND_POISON_CHUNK_SHIFT);

			if (!nd_poison_hit(poison, chunk, chunk +
					   BIT_ULL(ND_POISON_CHUNK_SHIFT) - 1))
				clear_bit(i, bb->filter);
			cond_resched();
		}
	}
}

static void merge_coarse(struct range *range, u64 start, u64 end)
{
	range->start = min(range->start, start);
	range->end = max(range->end, end);
}

/* Bytes that would become bad for nothing. */
static u64 merge_cost(const struct range *range, u64 start, u64 end)
{
	if (end < range->start)
		return range->start - end;
	return start > range->end ? start - range->end : 0;
}

/*
 * There is no memory to record these bytes by line.  When there is no place
 * left, they are recorded together with the nearest and all between them.
 */
static void add_coarse(struct nd_poison *poison, u64 start, u64 end)
{
	struct range *at = poison->coarse;
	unsigned int i;

	lockdep_assert_held(&poison->lock);
	spin_lock(&poison->coarse_lock);
	for (i = 1; i < poison->nr_coarse; i++)
		if (merge_cost(&poison->coarse[i], start, end) <
		    merge_cost(at, start, end))
			at = &poison->coarse[i];
	if (poison->nr_coarse == ND_POISON_COARSE ||
	    (poison->nr_coarse && !merge_cost(at, start, end))) {
		merge_coarse(at, start, end);
	} else {
		at = &poison->coarse[poison->nr_coarse];
		*at = (struct range) { .start = start, .end = end };
		WRITE_ONCE(poison->nr_coarse, poison->nr_coarse + 1);
	}
	spin_unlock(&poison->coarse_lock);
	set_filters(poison, at->start, at->end);
	pr_err_ratelimited("libnvdimm: no memory to record errors: %#llx to %#llx are refused as a whole\n",
			   at->start, at->end);
}

/* The coarse range that begins first in @within. */
static bool find_coarse(struct nd_poison *poison, const struct range *within,
			struct range *found)
{
	bool hit = false;
	unsigned int i;

	guard(spinlock)(&poison->coarse_lock);
	for (i = 0; i < poison->nr_coarse; i++) {
		u64 start = max(poison->coarse[i].start, within->start);
		u64 end = min(poison->coarse[i].end, within->end);

		if (start > end || (hit && start >= found->start))
			continue;
		found->start = start;
		found->end = end;
		hit = true;
	}
	return hit;
}

/* Record by line what could not be; it is found in either place meanwhile. */
static int drain_coarse(struct nd_poison *poison)
{
	lockdep_assert_held(&poison->lock);
	while (poison->nr_coarse) {
		struct range *last = &poison->coarse[poison->nr_coarse - 1];
		int rc = set_state(poison, to_line(last->start),
				   to_line(last->end), ND_POISON_BAD);

		if (rc)
			return rc;
		guard(spinlock)(&poison->coarse_lock);
		/* Found by line before it is not found here any more. */
		smp_store_release(&poison->nr_coarse, poison->nr_coarse - 1);
	}
	return 0;
}

/* Simulated errors do not take the place of real ones. */
static int add_simulated(struct nd_poison *poison, unsigned long line,
			 unsigned long last)
{
	unsigned long from, to;
	int rc = 0;

	for (; !rc && line <= last; line = to + 1) {
		unsigned int state = state_at(poison, line, &from, &to);

		to = min(to, last);
		if (!(state & ND_POISON_BAD))
			rc = set_state(poison, line, to, ND_POISON_SIMULATED);
		else if (state & ND_POISON_REPAIR)
			rc = set_state(poison, line, to, ND_POISON_BAD);
	}
	return rc;
}

/**
 * nd_poison_add - Record that bytes are bad.
 * @poison: the map
 * @addr: physical address of the first of them
 * @len: how many
 * @simulated: the medium holds what it should
 *
 * They are found from now on, whatever happens: without memory to record them,
 * more may be found than was told, and the log says so.  Bytes that are being
 * repaired are bad again.
 *
 * Context: Process context, sleeps; allocates without I/O.
 */
void nd_poison_add(struct nd_poison *poison, u64 addr, u64 len, bool simulated)
{
	unsigned long first = to_line(addr), last;
	u64 end;
	int rc;

	if (!len)
		return;
	if (check_add_overflow(addr, len - 1, &end))
		end = U64_MAX;
	last = to_line(end);

	guard(mutex)(&poison->lock);
	drain_coarse(poison);
	set_filters(poison, line_start(first), line_end(last));
	if (simulated)
		rc = add_simulated(poison, first, last);
	else
		rc = set_state(poison, first, last, ND_POISON_BAD);
	if (rc)
		add_coarse(poison, line_start(first), line_end(last));
}
EXPORT_SYMBOL_GPL(nd_poison_add);

/**
 * nd_poison_find - Find the first bad bytes of a range.
 * @poison: the map
 * @within: physical addresses to look at
 * @found: the first bad bytes of them that are in one state
 *
 * Context: Any but interrupts; takes no lock but in want of memory.
 * Return: ND_POISON_* of the bytes that were found, 0 when there are none.
 */
unsigned int nd_poison_find(struct nd_poison *poison, const struct range *within,
			    struct range *found)
{
	MA_STATE(mas, &poison->lines, to_line(within->start),
		 to_line(within->start));
	struct range coarse;
	bool hit = false;
	void *entry;

	/* First, as what is in both moves from here to there. */
	if (unlikely(smp_load_acquire(&poison->nr_coarse)))
		hit = find_coarse(poison, within, &coarse);

	rcu_read_lock();
	entry = mas_find(&mas, to_line(within->end));
	if (entry) {
		found->start = max(line_start(mas.index), within->start);
		found->end = min(line_end(mas.last), within->end);
	}
	rcu_read_unlock();

	if (unlikely(hit) && (!entry || coarse.start <= found->start)) {
		*found = coarse;
		return ND_POISON_BAD;
	}
	if (unlikely(hit) && coarse.start <= found->end)
		found->end = coarse.start - 1;
	return entry ? xa_to_value(entry) : 0;
}
EXPORT_SYMBOL_GPL(nd_poison_find);

/**
 * nd_poison_any - Is there a bad line of a certain kind in a range?
 * @poison: the map
 * @addr: physical address of the first byte of the range
 * @len: number of bytes
 * @mask: ND_POISON_* flags that matter
 * @want: those of them that are set in such a line
 *
 * Context: Any but interrupts; takes no lock but in want of memory.
 * Return: true when there is.
 */
bool nd_poison_any(struct nd_poison *poison, u64 addr, u64 len,
		   unsigned int mask, unsigned int want)
{
	struct range bad, within = { .start = addr, .end = addr + len - 1 };
	unsigned int state;

	while (within.start <= within.end &&
	       (state = nd_poison_find(poison, &within, &bad))) {
		if ((state & mask) == want)
			return true;
		within.start = bad.end + 1;
	}
	return false;
}
EXPORT_SYMBOL_GPL(nd_poison_any);

/*
 * Give every bad range in [line, last] the state that @change makes of its own.
 * When that fails halfway, the ranges before have changed.
 */
static int change_states(struct nd_poison *poison, unsigned long line,
			 unsigned long last,
			 unsigned int (*change)(unsigned int state))
{
	MA_STATE(mas, &poison->lines, line, line);

	lockdep_assert_held(&poison->lock);
	while (line <= last) {
		unsigned long from, to;
		unsigned int state;
		void *entry;
		int rc;

		mas_set(&mas, line);
		rcu_read_lock();
		entry = mas_find(&mas, last);
		from = max(mas.index, line);
		to = min(mas.last, last);
		rcu_read_unlock();
		if (!entry)
			break;
		state = xa_to_value(entry);
		if (change(state) != state) {
			rc = set_state(poison, from, to, change(state));
			if (rc)
				return rc;
		}
		line = to + 1;
		cond_resched();
	}
	return 0;
}

static unsigned int begun(unsigned int state)
{
	return state | ND_POISON_REPAIR;
}

static unsigned int given_up(unsigned int state)
{
	return state & ~ND_POISON_REPAIR;
}

static unsigned int repaired(unsigned int state)
{
	return state & ND_POISON_REPAIR ? 0 : state;
}

/* The lines that are in a range as a whole; false when there are none. */
static bool whole_lines(u64 addr, u64 len, unsigned long *first,
			unsigned long *last)
{
	u64 end;
	bool wraps = check_add_overflow(addr, len, &end);

	if (!len || round_up(addr, ND_POISON_LINE) < addr)
		return false;
	if (!wraps && end < ND_POISON_LINE)
		return false;
	*last = wraps ? to_line(U64_MAX) : to_line(end) - 1;
	*first = to_line(round_up(addr, ND_POISON_LINE));
	return *first <= *last;
}

/**
 * nd_poison_begin_repair - Bytes are going to be cleared and overwritten.
 * @poison: the map
 * @addr: physical address of the first of them
 * @len: how many; a line that is in it in part is left out
 *
 * They are refused as before until nd_poison_end_repair().  Two repairs must not
 * have a line in common; whoever begins one holds what keeps others out.
 *
 * Context: Process context, sleeps; allocates without I/O.
 * Return: 0, or -ENOMEM when no repair has begun.
 */
int nd_poison_begin_repair(struct nd_poison *poison, u64 addr, u64 len)
{
	unsigned long first, last;
	int rc;

	if (!whole_lines(addr, len, &first, &last))
		return 0;
	guard(mutex)(&poison->lock);
	rc = drain_coarse(poison);
	if (!rc)
		rc = change_states(poison, first, last, begun);
	if (rc)
		change_states(poison, first, last, given_up);
	return rc;
}
EXPORT_SYMBOL_GPL(nd_poison_begin_repair);

/**
 * nd_poison_end_repair - The end of what nd_poison_begin_repair() began.
 * @poison: the map
 * @addr: as in nd_poison_begin_repair()
 * @len: the same; or less, for the part that has this end
 * @good: good data stands in them now: forget them
 *
 * What was told to be bad in the meantime is not forgotten.
 *
 * Context: Process context, sleeps; allocates without I/O.
 * Return: 0, or -ENOMEM when some may still be found, and refused.
 */
int nd_poison_end_repair(struct nd_poison *poison, u64 addr, u64 len, bool good)
{
	unsigned long first, last;
	int rc;

	if (!whole_lines(addr, len, &first, &last))
		return 0;
	guard(mutex)(&poison->lock);
	rc = change_states(poison, first, last, good ? repaired : given_up);
	if (rc)
		change_states(poison, first, last, given_up);
	if (good)
		clear_filters(poison, line_start(first), line_end(last));
	return rc;
}
EXPORT_SYMBOL_GPL(nd_poison_end_repair);

/* ---- the view as badblocks ------------------------------------------------ */

/**
 * nd_badblocks_init - Get ready to show a part of the map.
 * @bb: the view
 * @poison: the map
 * @range: physical addresses from the first sector of the view to its last
 *
 * @bb is zeroed memory.
 */
void nd_badblocks_init(struct nd_badblocks *bb, struct nd_poison *poison,
		       const struct range *range)
{
	mutex_init(&bb->lock);
	mutex_init(&bb->file_lock);
	bb->poison = poison;
	bb->range = *range;
	bb->pos = 0;
	bb->addr = range->start;
}
EXPORT_SYMBOL_GPL(nd_badblocks_init);

/**
 * nd_badblocks_add_filter - Make nd_badblocks_near() of a view worth asking.
 * @bb: the view; nobody uses it yet
 *
 * A view without one, as there is no memory for it, is slow and right.
 *
 * Context: Process context, sleeps.
 */
void nd_badblocks_add_filter(struct nd_badblocks *bb)
{
	unsigned long chunks = (range_len(&bb->range) >> ND_POISON_CHUNK_SHIFT) + 1;
	struct range within = bb->range, bad;
	unsigned long *filter = kvcalloc(BITS_TO_LONGS(chunks), sizeof(long),
					 GFP_KERNEL);

	if (!filter)
		return;
	guard(mutex)(&bb->poison->lock);
	bb->filter = filter;
	list_add(&bb->list, &bb->poison->filtered);
	while (within.start <= within.end &&
	       nd_poison_find(bb->poison, &within, &bad)) {
		set_filters(bb->poison, bad.start, bad.end);
		within.start = bad.end + 1;
	}
}
EXPORT_SYMBOL_GPL(nd_badblocks_add_filter);

/**
 * nd_badblocks_exit - Nobody looks at a view any more.
 * @bb: the view
 *
 * Context: Process context, sleeps.
 */
void nd_badblocks_exit(struct nd_badblocks *bb)
{
	if (!bb->filter)
		return;
	scoped_guard(mutex, &bb->poison->lock)
		list_del(&bb->list);
	kvfree(bb->filter);
	bb->filter = NULL;
}
EXPORT_SYMBOL_GPL(nd_badblocks_exit);

/**
 * nd_badblocks_near - May something be bad in a range, or next to it?
 * @bb: the view
 * @start: physical address of the first byte
 * @end: physical address of the last byte; what is not in the view is not seen
 *
 * Context: Any but interrupts; takes no lock but in want of memory.
 * Return: false when nothing is.
 */
bool nd_badblocks_near(struct nd_badblocks *bb, u64 start, u64 end)
{
	unsigned long first, last;

	if (unlikely(!bb->filter))
		return true;
	return chunks_of(bb, start, end, &first, &last) &&
	       find_next_bit(bb->filter, last + 1, first) <= last;
}
EXPORT_SYMBOL_GPL(nd_badblocks_near);

/**
 * nd_badblocks_set_file - The file of the view is there, or is going.
 * @bb: the view
 * @file: a reference to the file, which is the view's from now on, or NULL
 *
 * Context: Process context, sleeps.
 */
void nd_badblocks_set_file(struct nd_badblocks *bb, struct kernfs_node *file)
{
	guard(mutex)(&bb->file_lock);
	sysfs_put(bb->file);
	bb->file = file;
}
EXPORT_SYMBOL_GPL(nd_badblocks_set_file);

/**
 * nd_badblocks_notify - Tell who polls the file that it has changed.
 * @bb: the view
 *
 * Context: Process context, sleeps.
 */
void nd_badblocks_notify(struct nd_badblocks *bb)
{
	guard(mutex)(&bb->file_lock);
	if (bb->file)
		sysfs_notify_dirent(bb->file);
}
EXPORT_SYMBOL_GPL(nd_badblocks_notify);

static sector_t to_sector(const struct nd_badblocks *bb, u64 addr)
{
	return (addr - bb->range.start) >> SECTOR_SHIFT;
}

/* The next bad sectors from @addr on; where to look for those after them. */
static bool next_sectors(struct nd_badblocks *bb, u64 addr, sector_t *first,
			 sector_t *last, u64 *next)
{
	struct range within = { .start = addr, .end = bb->range.end }, found;
	bool any = false;

	while (within.start <= within.end && within.start >= addr &&
	       nd_poison_find(bb->poison, &within, &found)) {
		if (any && to_sector(bb, found.start) > *last + 1)
			break;
		if (!any)
			*first = to_sector(bb, found.start);
		*last = to_sector(bb, found.end);
		within.start = bb->range.start +
			       ((u64)(*last + 1) << SECTOR_SHIFT);
		any = true;
	}
	*next = within.start;
	return any;
}

/**
 * nd_badblocks_read - Read from the text of a badblocks file.
 * @bb: the view
 * @buf: where to
 * @pos: where in the text
 * @count: bytes at most
 *
 * A line has the first sector and their number, in the format of the block
 * layer's badblocks.  There is no limit to the number of lines.  Whole lines are
 * read, so that a line is never put together from two states of the map, unless
 * the first one has no room.  Who reads on where the last read ended is done in
 * one pass over the map; what changes behind him he does not see.
 *
 * Context: Process context, sleeps.
 * Return: bytes read, 0 at the end.
 */
ssize_t nd_badblocks_read(struct nd_badblocks *bb, char *buf, loff_t pos,
			  size_t count)
{
	sector_t first, last;
	size_t done = 0;
	char line[48];
	u64 next;

	guard(mutex)(&bb->lock);
	if (pos < bb->pos || !pos) {
		bb->pos = 0;
		bb->addr = bb->range.start;
	}
	while (done < count &&
	       next_sectors(bb, bb->addr, &first, &last, &next)) {
		size_t len = scnprintf(line, sizeof(line), "%llu %llu\n",
				       (u64)first, (u64)(last - first + 1));
		size_t skip = min_t(u64, pos + done - bb->pos, len);
		size_t part = min(len - skip, count - done);

		if (skip + part < len && done)
			break;
		memcpy(buf + done, line + skip, part);
		done += part;
		if (skip + part < len)
			break;
		bb->pos += len;
		bb->addr = next;
		cond_resched();
	}
	return done;
}
EXPORT_SYMBOL_GPL(nd_badblocks_read);

/**
 * nd_badblocks_parse - What somebody wrote to a badblocks file.
 * @bb: the view
 * @buf: "<sector> <number of sectors>", terminated by a newline or not
 * @count: bytes in @buf
 * @range: the same in physical addresses
 *
 * Return: 0, -EINVAL when it is not that, -ERANGE when the view has no such
 *	   sectors.
 */
int nd_badblocks_parse(struct nd_badblocks *bb, const char *buf, size_t count,
		       struct range *range)
{
	unsigned long long sector, nr;
	u64 sectors = range_len(&bb->range) >> SECTOR_SHIFT;
	char text[48], *rest;
	int used = 0;

	if (count >= sizeof(text))
		return -EINVAL;
	memcpy(text, buf, count);
	text[count] = '\0';
	if (sscanf(text, "%llu %llu%n", &sector, &nr, &used) != 2 || !nr)
		return -EINVAL;
	rest = text + used;
	if (*rest && strcmp(rest, "\n"))
		return -EINVAL;
	if (sector >= sectors || nr > sectors - sector)
		return -ERANGE;
	range->start = bb->range.start + (sector << SECTOR_SHIFT);
	range->end = range->start + (nr << SECTOR_SHIFT) - 1;
	return 0;
}
EXPORT_SYMBOL_GPL(nd_badblocks_parse);
