// SPDX-License-Identifier: GPL-2.0-only
/*
 * Failure of memory that files have mapped: by mapping and range, not by page.
 *
 * Memory of a device fails, or goes, by the gigabyte.  What that costs must not
 * grow with the pages times the processes: for a range of a file, everyone who maps
 * it is found in one walk of the mapping, loses it in one, and is signalled in
 * one walk of the processes.  Who maps is told from the page tables: a process that
 * never touched the range, or has copies of its own, is not concerned.  It is told
 * of one mapping, as only one SIGBUS can be pending.
 *
 * Nobody keeps a mapping because there was nobody to signal, or no memory to
 * remember him in: unmapping does not depend on that.  And the signal comes after
 * it, so who touches the range on account of it meets the refusal.
 *
 * The caller has seen to it that no new mapping of the range appears.
 */
#define pr_fmt(fmt) "Memory failure: " fmt

#include <kunit/static_stub.h>
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/huge_mm.h>
#include <linux/log2.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pagewalk.h>
#include <linux/pfn_t.h>
#include <linux/ratelimit.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "internal.h"

/* Who maps some of the range: a signal to everyone who lives in @mm. */
struct mf_user {
	struct hlist_node node;
	struct mm_struct *mm;
	unsigned long addr;	/* of the first page that was mapped */
	unsigned long pfn;	/* of that page */
	short lsb;		/* of the largest block there that was lost */
};

struct mf_range {
	pgoff_t first;
	pgoff_t last;
	struct vm_area_struct *found;	/* the last one that maps something */
	struct mf_user self;		/* the current process is never forgotten */
	DECLARE_HASHTABLE(users, 6);
};

/* The end of the part of @range that @vma maps. */
static unsigned long mf_end(const struct mf_range *range,
			    struct vm_area_struct *vma)
{
	pgoff_t nr = range->last - vma->vm_pgoff;

	if (nr >= vma_pages(vma))
		return vma->vm_end;
	return vma->vm_start + ((nr + 1) << PAGE_SHIFT);
}

/* Of the largest aligned block at @addr, which may be 0, that @end does not cut. */
static short mf_lsb(unsigned long addr, unsigned long end)
{
	return __ffs(addr | rounddown_pow_of_two(end - addr));
}

static void mf_add_user(struct mf_range *range, struct vm_area_struct *vma,
			unsigned long addr, unsigned long pfn)
{
	struct mm_struct *mm = vma->vm_mm;
	struct mf_user *user;

	range->found = vma;
	hash_for_each_possible(range->users, user, node, (unsigned long)mm)
		if (user->mm == mm)
			return;
	user = &range->self;
	if (mm != current->mm)
		user = kmalloc(sizeof(*user), GFP_ATOMIC);
	if (!user) {
		pr_err_ratelimited("Out of memory while machine check handling\n");
		return;
	}
	mmgrab(mm);
	user->mm = mm;
	user->addr = addr;
	user->pfn = pfn;
	user->lsb = mf_lsb(addr, mf_end(range, vma));
	hash_add(range->users, &user->node, (unsigned long)mm);
}

#ifdef CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD
static int mf_walk_pud(pud_t *pud, unsigned long addr, unsigned long next,
		       struct mm_walk *walk)
{
	struct mf_range *range = walk->private;
	pud_t entry = READ_ONCE(*pud);

	if (range->found == walk->vma) {
		walk->action = ACTION_CONTINUE;
	} else if (pud_devmap(entry)) {
		mf_add_user(range, walk->vma, addr,
			    pud_pfn(entry) + PHYS_PFN(addr & ~PUD_MASK));
		walk->action = ACTION_CONTINUE;
	}
	return 0;
}

#else
#define mf_walk_pud NULL
#endif

static int mf_walk_pmd(pmd_t *pmd, unsigned long addr, unsigned long next,
		       struct mm_walk *walk)
{
	struct mf_range *range = walk->private;
	pmd_t entry = pmdp_get_lockless(pmd);
	spinlock_t *ptl;
	pte_t *start, *pte;

	if (range->found == walk->vma)
		return 0;
	if (pmd_devmap(entry)) {
		mf_add_user(range, walk->vma, addr,
			    pmd_pfn(entry) + PHYS_PFN(addr & ~PMD_MASK));
		return 0;
	}
	start = pte_offset_map_lock(walk->mm, pmd, addr, &ptl);
	if (!start)
		return 0;
	for (pte = start; addr < next; addr += PAGE_SIZE, pte++) {
		pte_t ptent = ptep_get(pte);

		if (pte_present(ptent) && pte_devmap(ptent)) {
			mf_add_user(range, walk->vma, addr, pte_pfn(ptent));
			break;
		}
	}
	pte_unmap_unlock(start, ptl);
	return 0;
}

/* Nothing that is special about a VMA keeps it from being looked at. */
static int mf_walk_vma(unsigned long start, unsigned long end,
		       struct mm_walk *walk)
{
	return 0;
}

static const struct mm_walk_ops mf_walk_ops = {
	.test_walk	= mf_walk_vma,
	.pud_entry	= mf_walk_pud,
	.pmd_entry	= mf_walk_pmd,
};

static void mf_find_users(struct mf_range *range, struct address_space *mapping)
{
	i_mmap_lock_read(mapping);
	walk_page_mapping(mapping, range->first, range->last - range->first + 1,
			  &mf_walk_ops, range);
	i_mmap_unlock_read(mapping);
}

/* A thread of a process that has not exited, as its leader may have. */
static struct task_struct *mf_thread(struct task_struct *leader)
{
	struct task_struct *t;

	for_each_thread(leader, t)
		if (READ_ONCE(t->mm))
			return t;
	return NULL;
}

/*
 * Who uses the memory at this moment has to be stopped.  Of the others, those hear
 * of it at once who want to, see find_early_kill_thread(); else they will when they
 * touch it.  When the memory goes everyone hears of it, and nobody uses it: who
 * removes it may have it mapped as well.
 */
static void mf_signal(struct mf_user *user, struct task_struct *t, int mf_flags)
{
	void __user *addr = (void __user *)user->addr;
	bool uses = false;
	int ret;

	if (!(mf_flags & MF_MEM_PRE_REMOVE)) {
		uses = user->mm == current->mm && same_thread_group(t, current);
		t = uses ? current : find_early_kill_thread(t);
	}
	if (!t)
		return;

	pr_err_ratelimited("%#lx: Sending SIGBUS to %s:%d due to hardware memory corruption\n",
			   user->pfn, t->comm, task_pid_nr(t));
	if (uses)
		ret = force_sig_mceerr(BUS_MCEERR_AR, addr, user->lsb);
	else
		ret = send_sig_mceerr(BUS_MCEERR_AO, addr, user->lsb, t);
	if (ret < 0)
		pr_info_ratelimited("Error sending signal to %s:%d: %d\n",
				    t->comm, task_pid_nr(t), ret);
}

static void mf_signal_users(struct mf_range *range, int mf_flags)
{
	struct task_struct *leader, *t;
	struct mf_user *user;
	struct hlist_node *tmp;
	int bucket;

	if (hash_empty(range->users))
		return;

	rcu_read_lock();
	for_each_process(leader) {
		struct mm_struct *mm;

		if (leader->flags & PF_KTHREAD)
			continue;
		t = mf_thread(leader);
		mm = t ? READ_ONCE(t->mm) : NULL;
		hash_for_each_possible(range->users, user, node,
				       (unsigned long)mm)
			if (user->mm == mm)
				mf_signal(user, t, mf_flags);
	}
	rcu_read_unlock();

	hash_for_each_safe(range->users, bucket, tmp, user, node) {
		mmdrop(user->mm);
		if (user != &range->self)
			kfree(user);
	}
}

/* @unmap pages are unmapped for the range: all that one page table entry maps. */
static void mf_revoke(struct address_space *mapping, struct mf_range *range,
		      pgoff_t unmap, unsigned long nr_unmap, int mf_flags)
{
	if (!mapping_mapped(mapping))
		return;
	hash_init(range->users);
	if (!(mf_flags & MF_UNMAP_ONLY))
		mf_find_users(range, mapping);
	unmap_mapping_pages(mapping, unmap, nr_unmap, false);
	mf_signal_users(range, mf_flags);
}

/**
 * mf_dax_kill_procs - Take a range of a file from those who map it.
 * @mapping: address_space of the file; the caller keeps the inode
 * @index: start of the range within the file, in pages
 * @count: length of the range, in pages; up to ULONG_MAX
 * @mf_flags: MF_UNMAP_ONLY: signal nobody.  MF_MEM_PRE_REMOVE: signal everybody
 *	      who has some of it in his page tables, not only those who have
 *	      asked for it and the one who has used it
 *
 * One signal for each process, with the address of the first page that was in its
 * page tables, and the least significant bit of an address there: the largest
 * aligned block that is lost.  There may be more behind it.
 *
 * Context: Process context, sleeps; takes i_mmap_rwsem for reading.
 * Return: 0
 */
int mf_dax_kill_procs(struct address_space *mapping, pgoff_t index,
		      unsigned long count, int mf_flags)
{
	struct mf_range range = {
		.first = index,
		.last = index + min(count - 1, ULONG_MAX - 1 - index),
	};

	mf_revoke(mapping, &range, index, count, mf_flags);
	return 0;
}
EXPORT_SYMBOL_GPL(mf_dax_kill_procs);

/*
 * The inode of the file that @folio is in, with a reference, and one to its
 * filesystem: while that is unmounted no inode may be busy.  A file of a filesystem
 * that is being unmounted, or that is being freed itself, has no mappings.
 */
static struct inode *mf_igrab(struct folio *folio)
{
	struct address_space *mapping;
	struct super_block *sb = NULL;
	struct inode *inode = NULL;

	scoped_guard(rcu) {
		mapping = READ_ONCE(folio->mapping);
		if (mapping && mapping != PAGE_MAPPING_DAX_SHARED &&
		    dax_mapping(mapping) &&
		    atomic_inc_not_zero(&mapping->host->i_sb->s_active)) {
			sb = mapping->host->i_sb;
			inode = igrab(mapping->host);
		}
	}
	if (sb && !inode)
		deactivate_super(sb);
	return inode;
}

static void mf_iput(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;

	iput(inode);
	deactivate_super(sb);
}

static pgoff_t mf_page_index(struct page *page)
{
	struct folio *folio = page_folio(page);

	return folio->index + folio_page_idx(folio, page);
}

/* How many pages, of @max, does a file have one after the other, like the pfns? */
static unsigned long mf_run(struct address_space *mapping, unsigned long pfn,
			    unsigned long max)
{
	pgoff_t index = mf_page_index(pfn_to_page(pfn));
	unsigned long nr;

	for (nr = 1; nr < max; nr++) {
		struct page *page = pfn_to_page(pfn + nr);

		if (READ_ONCE(page_folio(page)->mapping) != mapping ||
		    mf_page_index(page) != index + nr)
			break;
	}
	return nr;
}

/* Returns in @nr how many pages it was, of @max, and an error when it was none. */
static int mf_revoke_run(struct inode *inode, unsigned long pfn,
			 unsigned long max, int mf_flags, unsigned long *nr)
{
	struct page *page = pfn_to_page(pfn);
	struct folio *folio = page_folio(page);
	pgoff_t index = mf_page_index(page);
	unsigned long before = 0, unmap;
	struct mf_range range = { .first = index };

	/* It has gone to another file meanwhile, which does not map it. */
	if (READ_ONCE(folio->mapping) != inode->i_mapping)
		return 0;
	if (!(mf_flags & MF_UNMAP_ONLY) && hwpoison_filter(page))
		return -EOPNOTSUPP;

	*nr = mf_run(inode->i_mapping, pfn, max);
	range.last = index + *nr - 1;
	unmap = *nr;
	/* Page table entries of device-dax map a folio, and are not split. */
	if (S_ISCHR(inode->i_mode)) {
		before = folio_page_idx(folio, page);
		unmap = round_up(before + *nr, folio_nr_pages(folio));
	}
	mf_revoke(inode->i_mapping, &range, index - before, unmap, mf_flags);
	return 0;
}

/* Between two looks at whether somebody else wants the cpu. */
#define MF_BATCH	65536UL

/**
 * mf_generic_kill_procs - Take pages of a device from those who map them.
 * @pfn: the first page
 * @nr_pages: how many; all of one dev_pagemap, which the caller holds
 * @mf_flags: as for mf_dax_kill_procs()
 *
 * The last resort, for pages that nobody else looks after.  It goes by what the
 * pages say of the file that they are in.
 *
 * Context: Process context, sleeps; takes i_mmap_rwsem for reading, and may
 *	    unmount a filesystem.
 * Return: 0, -EOPNOTSUPP when hwpoison_filter() wants to have nothing to do with
 *	   one of the pages, or -EBUSY: several files have it, and it does not say
 *	   which ones.  The others are dealt with.
 */
int mf_generic_kill_procs(unsigned long pfn, unsigned long nr_pages,
			  int mf_flags)
{
	int ret = 0;

	KUNIT_STATIC_STUB_REDIRECT(mf_generic_kill_procs, pfn, nr_pages,
				   mf_flags);
	while (nr_pages) {
		unsigned long nr = 1;
		struct inode *inode = mf_igrab(pfn_folio(pfn));
		int rc = 0;

		if (inode) {
			rc = mf_revoke_run(inode, pfn, min(nr_pages, MF_BATCH),
					   mf_flags, &nr);
			mf_iput(inode);
		} else if (READ_ONCE(pfn_to_page(pfn)->mapping) ==
			   PAGE_MAPPING_DAX_SHARED) {
			rc = -EBUSY;
		}
		ret = ret ?: rc;
		pfn += nr;
		nr_pages -= nr;
		cond_resched();
	}
	return ret;
}
EXPORT_SYMBOL_GPL(mf_generic_kill_procs);

#if IS_ENABLED(CONFIG_MEMORY_FAILURE_KUNIT_TEST)
#include "memory-failure-range-test.c"
#endif
