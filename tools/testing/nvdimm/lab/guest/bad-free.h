/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The free blocks of an XFS that are used next are bad.  It does not know, and has
 * no need to: nothing is lost with them.
 */
#ifndef LAB_BAD_FREE_H
#define LAB_BAD_FREE_H

#include "bad-file.h"
#include "clone.h"

#define BAD_BLOCKS	8	/* behind the file: more than are used */

/* A file of four pages of 'a' in front of them, and its clone. */
static inline int file_before_bad_blocks(int *clone)
{
	uint64_t first, at;
	int fd;

	make_fs("mkfs.xfs -m rmapbt=1,reflink=1", "dax=always");
	fd = new_file("/mnt/f", FILE_LEN);
	*clone = clone_file(fd, "/mnt/g");
	first = block_addr(fd, 0) + FILE_LEN;
	for (at = first; at < first + BAD_BLOCKS * PAGE; at += PAGE)
		machine_check_scrub(at, LINE);
	return fd;
}

/* The page of @clone has one of them, which is good now. */
static inline void expect_block_was_bad(int fd, int clone, off_t page)
{
	uint64_t first = block_addr(fd, 0) + FILE_LEN;
	uint64_t at = block_addr(clone, page);

	EXPECT(at >= first && at < first + BAD_BLOCKS * PAGE,
	       "that block was not bad");
	EXPECT(!is_bad((at - pmem_base()) / SECTOR, 1), "it is in badblocks");
	EXPECT(in_direct_map(at), "it is not in the direct map");
}

#endif
