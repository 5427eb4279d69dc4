// SPDX-License-Identifier: GPL-2.0-only
/*
 * XFS - write metadata again that has gone bad on the medium
 * ==========================================================
 *
 * When a line of persistent memory that holds metadata goes bad, the contents
 * are often still here: in the buffer cache, which is ordinary memory.  Writing
 * them makes the medium good again, and nothing is lost.
 *
 * Only what the buffer would be read back as is written: a buffer that has
 * changed is left to the log, which writes it to its place in time, and after a
 * crash.  After a shutdown, buffers with changes that were never logged look
 * like clean ones: then nothing is written.  All that is seen under the buffer
 * lock, so it stays like that.
 *
 * What is written does not go through the buffer's own I/O: that would shut the
 * filesystem down when the medium cannot be repaired, though it can do without
 * for now.
 */
#include "xfs.h"
#include "xfs_shared.h"
#include "xfs_format.h"
#include "xfs_log_format.h"
#include "xfs_trans_resv.h"
#include "xfs_mount.h"
#include "xfs_inode.h"
#include "xfs_ag.h"
#include "xfs_trans.h"
#include "xfs_da_format.h"
#include "xfs_da_btree.h"
#include "xfs_attr.h"
#include "xfs_attr_remote.h"
#include "xfs_log.h"
#include "xfs_log_priv.h"
#include "xfs_buf_item.h"
#include "xfs_buf_rewrite.h"

#include <linux/sched/mm.h>

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

static bool
xfs_buf_overlaps(
	struct xfs_buf		*bp,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen)
{
	xfs_daddr_t		start, end;
	int			i;

	for (i = 0; i < bp->b_map_count; i++)
		if (xfs_buf_overlap(bp, i, daddr, bblen, &start, &end))
			return true;
	return false;
}

/* Does a locked buffer hold what is to be on the medium? */
static bool
xfs_buf_is_clean(
	struct xfs_buf		*bp)
{
	struct xfs_buf_log_item	*bip = bp->b_log_item;

	if (bp->b_flags & (_XBF_DELWRI_Q | XBF_WRITE_FAIL) ||
	    xfs_buf_ispinned(bp))
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
	struct block_device	*bdev = bp->b_target->bt_bdev;
	size_t			size = bp->b_target->bt_meta_sectorsize;
	size_t			offset = 0;
	int			error = 0, error2;
	int			i;

	for (i = 0; i < bp->b_map_count; i++) {
		xfs_daddr_t	bn = bp->b_maps[i].bm_bn;
		xfs_daddr_t	start, end;

		if (!xfs_buf_overlap(bp, i, daddr, bblen, &start, &end))
			end = start;
		for (; start < end; start += BTOBB(size)) {
			error2 = xfs_rw_bdev(bdev, start, size,
					xfs_buf_offset(bp, offset +
							BBTOB(start - bn)),
					REQ_OP_WRITE);
			if (!error)
				error = error2;
		}
		offset += BBTOB(bp->b_maps[i].bm_len);
	}
	error2 = blkdev_issue_flush(bdev);
	return error ? error : error2;
}

static enum xfs_rewrite
xfs_buf_rewrite_locked(
	struct xfs_buf		*bp,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen)
{
	struct xfs_mount	*mp = bp->b_mount;

	if (bp->b_flags & XBF_STALE || !xfs_buf_overlaps(bp, daddr, bblen))
		return XFS_REWRITE_ABSENT;
	if (xfs_is_shutdown(mp) || xlog_is_shutdown(mp->m_log))
		return XFS_REWRITE_REFUSED;
	if (!xfs_buf_is_clean(bp))
		return XFS_REWRITE_PENDING;
	if (!(bp->b_flags & XBF_DONE) || bp->b_error)
		return XFS_REWRITE_ABSENT;
	if (xfs_buf_write_part(bp, daddr, bblen))
		return XFS_REWRITE_FAILED;
	return XFS_REWRITE_DONE;
}

/* If there is a buffer of that size at @bn, write its part of the range. */
static enum xfs_rewrite
xfs_buf_rewrite_at(
	struct xfs_mount	*mp,
	xfs_daddr_t		bn,
	size_t			numblks,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen)
{
	enum xfs_rewrite	ret;
	unsigned int		noio;
	struct xfs_buf		*bp;

	if (bn == XFS_SB_DADDR) {
		/* The superblock is not in the cache. */
		bp = mp->m_sb_bp;
		xfs_buf_hold(bp);
		xfs_buf_lock(bp);
	} else if (xfs_buf_incore(mp->m_ddev_targp, bn, numblks,
				  XBF_LIVESCAN | XBF_UNMAPPED, &bp)) {
		return XFS_REWRITE_ABSENT;
	}

	/* Reclaim could wait for this very buffer. */
	noio = memalloc_noio_save();
	ret = xfs_buf_rewrite_locked(bp, daddr, bblen);
	memalloc_noio_restore(noio);
	xfs_buf_relse(bp);
	return ret;
}

/*
 * What is bad in one block: look for buffers of all sizes that may have it.  Those
 * that are not contiguous on the medium are found by their first part only.
 */
static enum xfs_rewrite
xfs_buf_rewrite_block(
	struct xfs_perag	*pag,
	xfs_agblock_t		agbno,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen)
{
	struct xfs_mount	*mp = pag->pag_mount;
	/* The largest are remote attributes, and blocks of directories. */
	xfs_extlen_t		max = max(xfs_attr3_max_rmt_blocks(mp),
					  XFS_B_TO_FSB(mp, XFS_MAX_BLOCKSIZE));
	enum xfs_rewrite	ret = XFS_REWRITE_ABSENT;
	xfs_extlen_t		before, len;

	/* Not the headers, which are of another size. */
	for (before = 0; before < max && before + XFS_AGFL_BLOCK(mp) < agbno;
	     before++)
		for (len = before + 1; len <= max; len++)
			ret = max(ret, xfs_buf_rewrite_at(mp,
					XFS_AGB_TO_DADDR(mp, pag->pag_agno,
							 agbno - before),
					XFS_FSB_TO_BB(mp, len), daddr, bblen));
	return ret;
}

static bool
xfs_buf_may_rewrite(
	struct xfs_mount	*mp)
{
	return !xfs_is_readonly(mp) && !xfs_has_norecovery(mp) &&
	       !xfs_is_shutdown(mp) && !xfs_readonly_buftarg(mp->m_ddev_targp);
}

/**
 * xfs_buf_rewrite_headers - Write the headers of an AG again that are bad.
 * @pag: the allocation group
 * @daddr: first basic block (512 bytes) of the range that is bad
 * @bblen: number of basic blocks
 *
 * Context: Process context, sleeps, takes buffer locks.  The caller has none,
 *	    and no transaction.
 * Return: what has become of those that are in the range, the worst of it;
 *	   XFS_REWRITE_ABSENT when there are none.
 */
enum xfs_rewrite
xfs_buf_rewrite_headers(
	struct xfs_perag	*pag,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen)
{
	struct xfs_mount	*mp = pag->pag_mount;
	xfs_daddr_t		sector = BTOBB(mp->m_sb.sb_sectsize);
	xfs_daddr_t		bn = XFS_AG_DADDR(mp, pag->pag_agno,
						  XFS_SB_DADDR);
	xfs_daddr_t		end = bn + XFS_AGFL_DADDR(mp) + sector;
	enum xfs_rewrite	ret = XFS_REWRITE_ABSENT;

	if (daddr >= end || daddr + bblen <= bn)
		return ret;
	if (!xfs_buf_may_rewrite(mp))
		return XFS_REWRITE_REFUSED;
	for (; bn < end; bn += sector)
		if (bn < daddr + bblen && bn + sector > daddr)
			ret = max(ret, xfs_buf_rewrite_at(mp, bn, sector,
							  daddr, bblen));
	return ret;
}

/**
 * xfs_buf_rewrite - Write metadata again that is bad on the data device.
 * @pag: the allocation group that the range is in
 * @daddr: first basic block (512 bytes) of the range, all of it metadata
 * @bblen: number of basic blocks
 *
 * Context: Process context, sleeps, takes buffer locks.  The caller has none,
 *	    and no transaction.
 * Return: what has become of the blocks in the range, the worst of it;
 *	   XFS_REWRITE_ABSENT when one of them is not in memory.
 */
enum xfs_rewrite
xfs_buf_rewrite(
	struct xfs_perag	*pag,
	xfs_daddr_t		daddr,
	xfs_daddr_t		bblen)
{
	struct xfs_mount	*mp = pag->pag_mount;
	xfs_daddr_t		end = daddr + bblen, next;
	enum xfs_rewrite	ret;
	bool			absent = false;

	if (!xfs_buf_may_rewrite(mp))
		return XFS_REWRITE_REFUSED;
	ret = xfs_buf_rewrite_headers(pag, daddr, bblen);
	for (; daddr < end; daddr = next) {
		xfs_agblock_t		agbno = xfs_daddr_to_agbno(mp, daddr);
		enum xfs_rewrite	block;

		next = min(end, XFS_AGB_TO_DADDR(mp, pag->pag_agno, agbno + 1));
		if (agbno <= XFS_AGFL_BLOCK(mp))
			continue;
		block = xfs_buf_rewrite_block(pag, agbno, daddr, next - daddr);
		absent |= block == XFS_REWRITE_ABSENT;
		ret = max(ret, block);
		cond_resched();
	}
	if (absent && ret < XFS_REWRITE_REFUSED)
		return XFS_REWRITE_ABSENT;
	return ret;
}
