/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_DAX_FAILURE_H
#define _LINUX_DAX_FAILURE_H

#include <linux/list.h>
#include <linux/types.h>

struct dax_device;
struct dax_holder;
struct kobject;
struct super_block;

/**
 * struct dax_failure - What happens to the memory of a holder.
 * @offset: of the first byte concerned, in bytes from the start of the holder's
 *	    range
 * @len: number of bytes concerned; with the offset not beyond the holder's range
 * @pfn: page frame of the page at @offset; the other pages follow.  Of no meaning
 *	 with MF_MEM_PRE_REMOVE
 * @mf_flags: MF_MEM_PRE_REMOVE: the memory is about to go.  It can still be read
 *	      and written, and nobody gets a new mapping of it.
 *	      MF_MEM_PRE_REMOVE | MF_MEM_REMOVED: it has gone, do not touch it.
 *	      Neither: the bytes are bad.  MF_UNMAP_ONLY: and nobody has consumed
 *	      them yet, so nobody is to be signalled, or stopped.
 */
struct dax_failure {
	u64 offset;
	u64 len;
	unsigned long pfn;
	int mf_flags;
};

/**
 * struct dax_holder_operations - How a holder is told.
 * @get: Keep the holder from unregistering until @put.  Called with a spinlock
 *	 held.  Returns false when it is not ready, or about to go: then it has
 *	 no mappings of the memory, and gets none.
 * @put: The other half of @get; may sleep, and may unregister the holder.
 * @notify_failure: Take the memory from those who use it, and signal them; may
 *	 sleep.  Returns 0 when that is done, -EOPNOTSUPP to leave it to
 *	 mf_generic_kill_procs(), else the error that the reporter of the failure
 *	 is to see.
 * @removed: The device is gone, and its name can come back: give up what is named
 *	 after it.  For filesystems, optional; may sleep.
 */
struct dax_holder_operations {
	bool (*get)(struct dax_holder *holder);
	void (*put)(struct dax_holder *holder);
	int (*notify_failure)(struct dax_holder *holder,
			      const struct dax_failure *failure);
	void (*removed)(struct dax_holder *holder);
};

/**
 * struct dax_holder - Who uses a range of a DAX device.
 * @ops: how to tell it; set by the holder before it registers
 * @data: the holder's own; set by the holder before it registers
 * @start: first byte of its range, from the start of the device
 * @len: of its range, in bytes; U64_MAX for all of a device, however it grows
 *
 * There may be any number of them on a device, and a holder may be a DAX device
 * with holders of its own.
 */
struct dax_holder {
	const struct dax_holder_operations *ops;
	void *data;
	u64 start;
	u64 len;
	/* private: drivers/dax/failure.c */
	struct dax_device *dax_dev;	/* while registered */
	struct list_head list;		/* in struct dax_holders */
};

#if IS_ENABLED(CONFIG_DAX)
void dax_register_holder(struct dax_device *dax_dev, struct dax_holder *holder);
void dax_unregister_holder(struct dax_holder *holder);
int dax_notify_failure(struct dax_device *dax_dev, u64 offset, u64 len,
		       unsigned long pfn, int mf_flags);
int dax_fault_lock(void);
void dax_set_removed(struct dax_device *dax_dev);
void dax_fault_unlock(int id);
void dax_wait_for_faults(void);
#else
static inline int dax_notify_failure(struct dax_device *dax_dev, u64 offset,
				     u64 len, unsigned long pfn, int mf_flags)
{
	return 0;
}

static inline void dax_wait_for_faults(void)
{
}

static inline void dax_set_removed(struct dax_device *dax_dev)
{
}
#endif

/* For filesystems: @data is the super_block.  fs/dax-failure.c */
extern const struct dax_holder_operations fs_dax_holder_ops;
bool fs_dax_holder_get(struct dax_holder *holder);
void fs_dax_holder_put(struct dax_holder *holder);
int fs_dax_notify_failure(struct dax_holder *holder,
			  const struct dax_failure *failure);
#if IS_ENABLED(CONFIG_FS_DAX)
void fs_dax_release_name(struct dax_holder *holder, struct kobject *kobj);
#else
static inline void fs_dax_release_name(struct dax_holder *holder,
				       struct kobject *kobj)
{
}
#endif

/**
 * fs_dax_init_holder - Prepare for fs_dax_get_by_bdev().
 * @holder: for one device of the filesystem
 * @sb: the filesystem
 * @ops: fs_dax_holder_ops, or its own that make use of the functions above
 */
static inline void fs_dax_init_holder(struct dax_holder *holder,
				      struct super_block *sb,
				      const struct dax_holder_operations *ops)
{
	holder->ops = IS_ENABLED(CONFIG_FS_DAX) ? ops : NULL;
	holder->data = sb;
}

#endif /* _LINUX_DAX_FAILURE_H */
