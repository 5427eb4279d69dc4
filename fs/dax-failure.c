// SPDX-License-Identifier: GPL-2.0-only
/*
 * Failure and removal of the memory under a filesystem with DAX.
 *
 * For any filesystem, whether it can tell who owns a block or not: it registers one
 * struct dax_holder for each of its devices, with fs_dax_holder_ops and its
 * super_block.  One that knows better handles the failures that it can, and leaves
 * the rest to fs_dax_notify_failure().
 *
 * What is mapped stands in the page cache of the files, so that is where to look
 * for it.  When the device goes, every DAX file of the filesystem loses its
 * mappings and its entries, which would point to pages that do not exist any more;
 * the filesystem is shut down.  When bytes are bad, the pages say which file they
 * are in, and mf_generic_kill_procs() goes by that.  A page that several files
 * share does not say so: then they are looked up, entry by entry.
 *
 * While it is being told the filesystem is held by s_active: an unmount returns,
 * and takes place when that is over.
 */
#include <linux/dax.h>
#include <linux/dax-failure.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "internal.h"

/**
 * fs_dax_holder_get - &dax_holder_operations.get of a filesystem.
 * @holder: its data is the super_block
 *
 * Return: true when the filesystem is mounted, and stays so.
 */
bool fs_dax_holder_get(struct dax_holder *holder)
{
	struct super_block *sb = holder->data;

	/* Pairs with super_wake(): before it, fill_super() may free what it likes. */
	return smp_load_acquire(&sb->s_flags) & SB_BORN &&
	       atomic_inc_not_zero(&sb->s_active);
}
EXPORT_SYMBOL_GPL(fs_dax_holder_get);

/**
 * fs_dax_holder_put - &dax_holder_operations.put of a filesystem.
 * @holder: its data is the super_block
 *
 * Context: May unmount; sleeps.
 */
void fs_dax_holder_put(struct dax_holder *holder)
{
	deactivate_super(holder->data);
}
EXPORT_SYMBOL_GPL(fs_dax_holder_put);

/**
 * fs_dax_release_name - Rename what is in sysfs of a filesystem without a device.
 * @holder: its data is the super_block
 * @kobj: named after the device
 *
 * The name can come back, and be mounted, while this is still mounted.
 *
 * Context: &dax_holder_operations.removed; sleeps.
 */
void fs_dax_release_name(struct dax_holder *holder, struct kobject *kobj)
{
	struct super_block *sb = holder->data;
	char name[sizeof(sb->s_id) + 32];

	snprintf(name, sizeof(name), "%s-removed-%u:%u", sb->s_id,
		 MAJOR(sb->s_dev), MINOR(sb->s_dev));
	if (kobject_rename(kobj, name))
		pr_warn("%s: cannot give up the name in sysfs\n", sb->s_id);
}
EXPORT_SYMBOL_GPL(fs_dax_release_name);

struct fs_dax_walk {
	void (*fn)(struct inode *inode, const struct dax_failure *failure);
	const struct dax_failure *failure;
};

/*
 * Call a function for every file that has DAX entries.  One that is being evicted
 * is not mapped, and deletes them itself.
 */
static void walk_dax_inodes(struct super_block *sb,
			    const struct fs_dax_walk *walk)
{
	struct inode *inode, *last = NULL;

	spin_lock(&sb->s_inode_list_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list) {
		if (!dax_mapping(&inode->i_data) || mapping_empty(&inode->i_data))
			continue;
		if (!igrab(inode))
			continue;
		spin_unlock(&sb->s_inode_list_lock);

		walk->fn(inode, walk->failure);
		/* @inode keeps our place in the list. */
		iput(last);
		last = inode;
		cond_resched();

		spin_lock(&sb->s_inode_list_lock);
	}
	spin_unlock(&sb->s_inode_list_lock);
	iput(last);
}

/*
 * Faults are kept out for those of them that ask the device for a page, wait for an
 * fsync, and map the page after that: they look for the entry again.
 */
static void revoke_inode(struct inode *inode, const struct dax_failure *failure)
{
	struct address_space *mapping = &inode->i_data;

	filemap_invalidate_lock(mapping);
	mf_dax_kill_procs(mapping, 0, ULONG_MAX, failure->mf_flags);
	/* What was stored through the mappings; errors are in mapping->wb_err. */
	if (!(failure->mf_flags & MF_MEM_REMOVED))
		filemap_write_and_wait(mapping);
	dax_forget_mapping(mapping);
	filemap_invalidate_unlock(mapping);
}

static void shut_down(struct super_block *sb, int mf_flags)
{
	down_read(&sb->s_umount);
	if (!(mf_flags & MF_MEM_REMOVED))
		sync_filesystem(sb);
	if (sb->s_op->shutdown)
		sb->s_op->shutdown(sb);
	up_read(&sb->s_umount);
}

static void revoke_all(struct super_block *sb, const struct dax_failure *failure)
{
	const struct fs_dax_walk walk = {
		.fn = revoke_inode,
		.failure = failure,
	};

	/* A frozen one cannot be unmounted, and an unlinked file not be evicted. */
	thaw_super(sb, FREEZE_HOLDER_USERSPACE);
	walk_dax_inodes(sb, &walk);
	shut_down(sb, failure->mf_flags);
}

static unsigned long failure_nr_pages(const struct dax_failure *failure)
{
	return PHYS_PFN(failure->offset + failure->len - 1) -
	       PHYS_PFN(failure->offset) + 1;
}

static void fail_inode(struct inode *inode, const struct dax_failure *failure)
{
	unsigned long nr;
	pgoff_t index;

	for (index = 0;
	     (nr = dax_find_pfns(&inode->i_data, &index, failure->pfn,
				 failure_nr_pages(failure)));
	     index += nr)
		mf_dax_kill_procs(&inode->i_data, index, nr, failure->mf_flags);
}

static bool some_is_shared(const struct dax_failure *failure)
{
	unsigned long i;

	for (i = 0; i < failure_nr_pages(failure); i++) {
		if (READ_ONCE(pfn_to_page(failure->pfn + i)->mapping) ==
		    PAGE_MAPPING_DAX_SHARED)
			return true;
		if (!(i % SZ_64K))
			cond_resched();
	}
	return false;
}

/**
 * fs_dax_notify_failure - &dax_holder_operations.notify_failure of a filesystem.
 * @holder: its data is the super_block
 * @failure: what has happened
 *
 * Context: Process context, sleeps.  Takes s_umount, and invalidate_lock of the
 *	    files, when the device goes.
 * Return: 0, or -EOPNOTSUPP for pages that do not belong to several files.
 */
int fs_dax_notify_failure(struct dax_holder *holder,
			  const struct dax_failure *failure)
{
	const struct fs_dax_walk walk = {
		.fn = fail_inode,
		.failure = failure,
	};

	if (failure->mf_flags & MF_MEM_PRE_REMOVE) {
		revoke_all(holder->data, failure);
		if (holder->ops->removed)
			holder->ops->removed(holder);
		return 0;
	}
	if (!some_is_shared(failure))
		return -EOPNOTSUPP;
	walk_dax_inodes(holder->data, &walk);
	return 0;
}
EXPORT_SYMBOL_GPL(fs_dax_notify_failure);

const struct dax_holder_operations fs_dax_holder_ops = {
	.get		= fs_dax_holder_get,
	.put		= fs_dax_holder_put,
	.notify_failure	= fs_dax_notify_failure,
};
EXPORT_SYMBOL_GPL(fs_dax_holder_ops);
