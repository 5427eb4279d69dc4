// SPDX-License-Identifier: GPL-2.0-only
/*
 * XFS - write metadata again that has gone bad on the medium
 * ==========================================================
 *
 * When a line of persistent memory that holds metadata goes bad, the contents
 * are often still here: in the buffer cache, which is ordinary memory.  Writing
 * them makes the medium good again, and nothing is lost.
 *
 * Only what the buffer would be read back as is written: a buffer that has changed
 * is left to the log, which writes it to its place in time, and after a crash.
 * The buffer lock is held meanwhile, so it cannot change.  What is written does
 * not go through the buffer's own I/O: that would shut the filesystem down when
 * the medium cannot be repaired, though it can do without for now.
 */
#include "xfs.h"
#include "xfs_shared.h"
#include "xfs_format.h"
#include "xfs_log_format.h"
#include "xfs_trans_resv.h"
#include "xfs_mount.h"
#include "xfs_ag.h"
#include "xfs_trans.h"
#include "xfs_buf_item.h"
#include "xfs_buf_rewrite.h"

#include <linux/rhashtable.h>

/* What of a buffer's map is in the range, as sectors: [*start, *end). */
static bool
xfs_buf_overlap(
	struct xfs_buf		*bp,
	int			i,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen,
	xfs_daddr_t		*start,
	xfs_daddr_t		*end)
{
	struct xfs_buf_map	*map = &bp->b_maps[i];
	xfs_daddr_t		sector = BTOBB(bp->b_target->bt_meta_sectorsize);

	*start = max(map->bm_bn, round_down(daddr, sector));
	*end = min(map->bm_bn + map->bm_len, round_up(daddr + bblen, sector));
	return *start < *end;
}

/* Look for the next buffer with something in the range; it is held. */
static struct xfs_buf *
xfs_buf_next_overlap(
	struct rhashtable_iter	*iter,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen)
{
	struct xfs_buf		*bp;
	xfs_daddr_t		start, end;
	int			i;

	while ((bp = rhashtable_walk_next(iter))) {
		/* The table is being resized: some come twice, none is missed. */
		if (IS_ERR(bp))
			continue;
		for (i = 0; i < bp->b_map_count; i++)
			if (xfs_buf_overlap(bp, i, daddr, bblen, &start, &end) &&
			    atomic_inc_not_zero(&bp->b_hold))
				return bp;
	}
	return NULL;
}

/* Does a locked buffer hold what is to be on the medium? */
static bool
xfs_buf_is_clean(
	struct xfs_buf		*bp)
{
	struct xfs_buf_log_item	*bip = bp->b_log_item;

	if (bp->b_flags & _XBF_DELWRI_Q || xfs_buf_ispinned(bp))
		return false;
	return !bip || !(bip->bli_flags & XFS_BLI_DIRTY ||
			 test_bit(XFS_LI_IN_AIL, &bip->bli_item.li_flags));
}

/* Write the part of a locked buffer that is in the range, sector by sector. */
static int
xfs_buf_write_part(
	struct xfs_buf		*bp,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen)
{
	size_t			size = bp->b_target->bt_meta_sectorsize;
	size_t			offset = 0;
	int			error = 0;
	int			i;

	for (i = 0; i < bp->b_map_count; i++) {
		xfs_daddr_t	bn = bp->b_maps[i].bm_bn;
		xfs_daddr_t	start, end;

		if (!xfs_buf_overlap(bp, i, daddr, bblen, &start, &end))
			end = start;
		for (; start < end && !error; start += BTOBB(size))
			error = xfs_rw_bdev(bp->b_target->bt_bdev, start, size,
					xfs_buf_offset(bp, offset +
							BBTOB(start - bn)),
					REQ_OP_WRITE);
		offset += BBTOB(bp->b_maps[i].bm_len);
	}
	return error;
}

static enum xfs_rewrite
xfs_buf_rewrite_one(
	struct xfs_buf		*bp,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen)
{
	enum xfs_rewrite	ret;

	xfs_buf_lock(bp);
	if (!(bp->b_flags & XBF_DONE) || bp->b_flags & XBF_STALE || bp->b_error)
		ret = XFS_REWRITE_ABSENT;
	else if (!xfs_buf_is_clean(bp))
		ret = XFS_REWRITE_PENDING;
	else if (xfs_buf_write_part(bp, daddr, bblen))
		ret = XFS_REWRITE_FAILED;
	else
		ret = XFS_REWRITE_DONE;
	xfs_buf_unlock(bp);
	return ret;
}

/* The superblock is not in the buffer cache. */
static enum xfs_rewrite
xfs_buf_rewrite_sb(
	struct xfs_mount	*mp,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen)
{
	xfs_daddr_t		start, end;

	if (!xfs_buf_overlap(mp->m_sb_bp, 0, daddr, bblen, &start, &end))
		return XFS_REWRITE_ABSENT;
	return xfs_buf_rewrite_one(mp->m_sb_bp, daddr, bblen);
}

/**
 * xfs_buf_rewrite - Write metadata again that is bad on the data device.
 * @pag: the allocation group that the range is in
 * @daddr: first basic block (512 bytes) of the range, on the data device
 * @bblen: number of basic blocks
 *
 * Context: Process context, sleeps, takes buffer locks.  The caller has none, and
 *	    no transaction.
 * Return: what has become of the buffers in the range, the worst of it;
 *	   XFS_REWRITE_ABSENT when there are none.
 */
enum xfs_rewrite
xfs_buf_rewrite(
	struct xfs_perag	*pag,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen)
{
	enum xfs_rewrite	ret;
	struct rhashtable_iter	iter;
	struct xfs_buf		*bp;

	ret = xfs_buf_rewrite_sb(pag->pag_mount, daddr, bblen);
	rhashtable_walk_enter(&pag->pag_bcache.bc_hash, &iter);
	rhashtable_walk_start(&iter);
	while ((bp = xfs_buf_next_overlap(&iter, daddr, bblen))) {
		rhashtable_walk_stop(&iter);
		ret = max(ret, xfs_buf_rewrite_one(bp, daddr, bblen));
		xfs_buf_rele(bp);
		cond_resched();
		rhashtable_walk_start(&iter);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	return ret;
}
