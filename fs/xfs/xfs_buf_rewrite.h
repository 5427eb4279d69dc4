/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __XFS_BUF_REWRITE_H__
#define __XFS_BUF_REWRITE_H__

struct xfs_perag;

/* What becomes of metadata that is bad on the medium; the worst comes last. */
enum xfs_rewrite {
	XFS_REWRITE_ABSENT,	/* not in memory: reading it is an error */
	XFS_REWRITE_DONE,
	XFS_REWRITE_PENDING,	/* has changed in memory: about to be written */
	XFS_REWRITE_REFUSED,	/* nothing may be written */
	XFS_REWRITE_FAILED,
};

enum xfs_rewrite xfs_buf_rewrite(struct xfs_perag *pag, xfs_daddr_t daddr,
				 xfs_daddr_t bblen);
enum xfs_rewrite xfs_buf_rewrite_headers(struct xfs_perag *pag,
					 xfs_daddr_t daddr, xfs_daddr_t bblen);

#endif /* __XFS_BUF_REWRITE_H__ */
