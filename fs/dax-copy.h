/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __FS_DAX_COPY_H__
#define __FS_DAX_COPY_H__

#include <linux/iomap.h>
#include <linux/mm.h>

struct iov_iter;

static inline pgoff_t dax_iomap_pgoff(const struct iomap *iomap, loff_t pos)
{
	return PHYS_PFN(iomap->addr + (pos & PAGE_MASK) - iomap->offset);
}

/* What the blocks of a copy-on-write are to be filled with; NULL: with zeros. */
static inline const struct iomap *dax_cow_source(const struct iomap_iter *iter)
{
	const struct iomap *srcmap = iomap_iter_srcmap(iter);

	if (srcmap->type != IOMAP_MAPPED || srcmap->flags & IOMAP_F_SHARED)
		return NULL;
	return srcmap;
}

int dax_fetch(const struct iomap *iomap, loff_t pos, void *buf, size_t len);
s64 dax_copy_extent(const struct iomap *dst, const struct iomap *src,
		    loff_t pos, u64 len);
int dax_compare_extents(const struct iomap *map1, loff_t pos1,
			const struct iomap *map2, loff_t pos2, u64 len,
			bool *same);
ssize_t dax_copy_iter(const struct iomap_iter *iomi, loff_t pos, size_t len,
		      struct iov_iter *iter);
int dax_zero_part(const struct iomap_iter *iomi, loff_t pos, size_t len);

#endif /* __FS_DAX_COPY_H__ */
