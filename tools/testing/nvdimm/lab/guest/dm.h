/* SPDX-License-Identifier: GPL-2.0 */
/* A mapped device on parts of the pmem device, and files on it. */
#ifndef LAB_DM_H
#define LAB_DM_H

#include <stdio.h>
#include "clone.h"
#include "content.h"
#include "lab.h"

#define MIB		(1UL << 20)
#define DM		"/dev/dm-0"
#define LEG		(360 * MIB)

/* The only one, of as many targets as @table has lines. */
static inline void new_dm(const char *table)
{
	EXPECT(!sh("printf '%s' | dmsetup create --noudevsync d", table),
	       "dmsetup create: %s", table);
}

/* @chunk bytes of this leg, then as many of that one. */
static inline void new_striped_dm(size_t chunk)
{
	char table[200];

	snprintf(table, sizeof(table), "0 %lu striped 2 %lu %s 0 %s %lu\\n",
		 2 * LEG / SECTOR, chunk / SECTOR, pmem(), pmem(), LEG / SECTOR);
	new_dm(table);
}

/* The first @border bytes are on the pmem device behind the rest. */
static inline void new_dm_of_two_pieces(size_t border)
{
	char table[200];

	snprintf(table, sizeof(table),
		 "0 %lu linear %s %lu\\n%lu %lu linear %s 0\\n",
		 border / SECTOR, pmem(), 2 * LEG / SECTOR, border / SECTOR,
		 (2 * LEG - border) / SECTOR, pmem());
	new_dm(table);
}

struct neighbours {
	int file, clone, bystander;
};

/*
 * A file of @len bytes, and its clone; the only room for what will be copied for
 * that is in front of a file that has nothing to do with it.
 */
static inline struct neighbours clone_beside_bystander(size_t len)
{
	struct neighbours n;
	int room;

	n.file = new_content("/mnt/f", 'f', len);
	room = new_content("/mnt/room", 'r', len + MIB);
	n.bystander = new_content("/mnt/b", 'b', 2 * len);
	n.clone = clone_file(n.file, "/mnt/g");
	EXPECT(!ftruncate(room, 0), "ftruncate: %m");
	sync();		/* a freed block waits for the log */
	return n;
}

#endif
