/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __NVDIMM_POISON_H__
#define __NVDIMM_POISON_H__

#include <linux/list.h>
#include <linux/maple_tree.h>
#include <linux/mutex.h>
#include <linux/range.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct kernfs_node;

/*
 * A line is what one record can be as small as: the cache line of which a
 * machine check tells (SDM 3B 16.3.2.4.1, recoverable address LSB of 6).  A
 * 32-bit kernel has no index for that, and takes sectors.
 */
#define ND_POISON_LINE_SHIFT	(IS_ENABLED(CONFIG_64BIT) ? 6 : 9)
#define ND_POISON_LINE		(1UL << ND_POISON_LINE_SHIFT)

/* What is good as a whole is known without a lookup in these steps. */
#define ND_POISON_CHUNK_SHIFT	21

/* What is recorded of a line; 0 is a good one. */
#define ND_POISON_BAD		1	/* the medium has lost it */
#define ND_POISON_SIMULATED	2	/* software says so; the medium is good */
#define ND_POISON_REPAIR	4	/* and it is being overwritten right now */

#define ND_POISON_COARSE	8

/**
 * struct nd_poison - which lines of a bus's memory are bad
 * @lines:	 line number (physical address by ND_POISON_LINE) -> xa_mk_value()
 *		 of ND_POISON_* flags, in ranges; NULL is good.  Changed under
 *		 @lock, read under RCU.
 * @lock:	 serializes what changes the map and the filters of its views
 * @filtered:	 views that have a filter; guarded by @lock
 * @coarse_lock: guards @coarse and @nr_coarse; nests in @lock
 * @nr_coarse:	 entries of @coarse; changed under both locks, may be read
 *		 without any to see that there are none
 * @coarse:	 ranges of bytes that are bad as a whole, as there was no memory
 *		 to record their lines.  Moved to @lines by the next change that
 *		 finds memory.
 *
 * Of the locks of a driver that repairs, @lock is the innermost but @coarse_lock;
 * see struct pmem_poison.
 *
 * A line is in one of these states:
 *
 * ================ =========================================================
 * 0		    good
 * BAD		    refused, until it is cleared, overwritten, and forgotten
 * SIMULATED	    refused just the same; there is nothing to clear
 * BAD | REPAIR	    refused; somebody who holds the repair of the device has
 *		    begun to clear and overwrite it.  An error that is told now
 *		    makes it BAD again, and the repair in vain.
 * SIMULATED|REPAIR the same
 * ================ =========================================================
 */
struct nd_poison {
	struct maple_tree lines;
	struct mutex lock;		/* changes of lines, coarse, filters */
	struct list_head filtered;
	spinlock_t coarse_lock;		/* coarse, nr_coarse */
	unsigned int nr_coarse;
	struct range coarse[ND_POISON_COARSE];
};

void nd_poison_init(struct nd_poison *poison);
void nd_poison_exit(struct nd_poison *poison);
void nd_poison_add(struct nd_poison *poison, u64 addr, u64 len, bool simulated);
unsigned int nd_poison_find(struct nd_poison *poison, const struct range *within,
			    struct range *found);
bool nd_poison_any(struct nd_poison *poison, u64 addr, u64 len,
		   unsigned int mask, unsigned int want);
int nd_poison_begin_repair(struct nd_poison *poison, u64 addr, u64 len);
int nd_poison_end_repair(struct nd_poison *poison, u64 addr, u64 len, bool good);

/* Nothing is bad on the whole bus. */
static inline bool nd_poison_empty(struct nd_poison *poison)
{
	/* In this order; see nd_poison_find(). */
	return !smp_load_acquire(&poison->nr_coarse) &&
	       mtree_empty(&poison->lines);
}

/* Is anything bad from the byte at @start to that at @end?  Slow; see below. */
static inline bool nd_poison_hit(struct nd_poison *poison, u64 start, u64 end)
{
	struct range within = { .start = start, .end = end }, found;

	return !nd_poison_empty(poison) &&
	       nd_poison_find(poison, &within, &found);
}

/**
 * struct nd_badblocks - a view of a range of the map, as sysfs "badblocks"
 * @poison: the map
 * @range:  physical addresses that are shown, from its sector 0 to its last
 * @filter: NULL, or a bit for every ND_POISON_CHUNK of @range: clear when nothing
 *	    is bad in it.  Changed under @poison->lock, read without.
 * @list:   in @poison->filtered, with a @filter
 * @file_lock: guards @file
 * @file:   to tell who polls it that it has changed; or NULL
 * @lock:   guards @pos and @addr
 * @pos:    where in the text the line starts that the last read ended in
 * @addr:   and from which physical address on to look for its first sector
 */
struct nd_badblocks {
	struct nd_poison *poison;
	struct range range;
	unsigned long *filter;
	struct list_head list;
	struct mutex file_lock;		/* file */
	struct kernfs_node *file;
	struct mutex lock;		/* pos, addr */
	loff_t pos;
	u64 addr;
};

void nd_badblocks_init(struct nd_badblocks *bb, struct nd_poison *poison,
		       const struct range *range);
void nd_badblocks_add_filter(struct nd_badblocks *bb);
void nd_badblocks_exit(struct nd_badblocks *bb);
bool nd_badblocks_near(struct nd_badblocks *bb, u64 start, u64 end);
void nd_badblocks_set_file(struct nd_badblocks *bb, struct kernfs_node *file);
void nd_badblocks_notify(struct nd_badblocks *bb);
ssize_t nd_badblocks_read(struct nd_badblocks *bb, char *buf, loff_t pos,
			  size_t count);
int nd_badblocks_parse(struct nd_badblocks *bb, const char *buf, size_t count,
		       struct range *range);

/*
 * Is anything bad from the byte at @start to that at @end, both in the view?
 * For those who ask all the time, where next to nothing is bad.
 */
static inline bool nd_badblocks_hit(struct nd_badblocks *bb, u64 start, u64 end)
{
	return !nd_poison_empty(bb->poison) &&
	       nd_badblocks_near(bb, start, end) &&
	       nd_poison_hit(bb->poison, start, end);
}

#if IS_ENABLED(CONFIG_KUNIT)
int nd_poison_store(struct nd_poison *poison, unsigned long first,
		    unsigned long last, unsigned int state);
#endif

#endif /* __NVDIMM_POISON_H__ */
