/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nfit_test, the kernel's mock of NVDIMMs and their firmware, on the machine of
 * that name.  Its first region becomes region0, on ndbus0, so the words of lab.h
 * and dsm.h find it; 32 MiB, too little for XFS.
 */
#ifndef LAB_NFIT_TEST_H
#define LAB_NFIT_TEST_H

#include <unistd.h>
#include "dsm.h"

/* What the machine has set aside for it (qemu.py). */
#define NFIT_TEST_MEMORY	"memory=0x100000000,0x48000000"
#define NFIT_TEST_BUS		"nfit_test.0"
/* Small filesystems have smaller blocks, else. */
#define NFIT_TEST_MKFS		"mkfs.ext4 -b 4096"

/* A namespace of mode fsdax in its first region: /dev/pmem0. */
static inline void load_nfit_test(const char *options)
{
	EXPECT(!sh("busybox modprobe nfit_test %s", options),
	       "modprobe nfit_test %s", options);
	ndctl("disable-region -b " NFIT_TEST_BUS " all");
	ndctl("init-labels -f -b " NFIT_TEST_BUS " all");
	ndctl("enable-region -b " NFIT_TEST_BUS " all");
	ndctl("create-namespace -r region0 -m fsdax -M mem -a 4096");
	EXPECT(!access(pmem(), F_OK), "%s: %m", pmem());
}

/* The firmware has an error in memory of /dev/pmem0, and tells of it. */
static inline void firmware_finds_at(uint64_t phys)
{
	wait_scrub();
	EQUAL("inject", inject(phys, ERROR_UNIT, INJECT_NOTIFY), DSM_OK);
	EXPECT(wait_for_badblock((phys - pmem_base()) / SECTOR),
	       "not in badblocks");
	wait_scrub();
}

/* It has none any more, and neither has the kernel. */
static inline void expect_nothing_bad(void)
{
	start_scrub();
	wait_scrub();
	EXPECT(!has_badblock(0, -1ULL), "in badblocks after a scrub");
}

#endif
