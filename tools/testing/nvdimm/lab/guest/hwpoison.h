/* SPDX-License-Identifier: GPL-2.0 */
/* An error that this process consumes, as madvise() pretends it. */
#ifndef LAB_HWPOISON_H
#define LAB_HWPOISON_H

#include <signal.h>
#include <sys/mman.h>
#include "lab.h"

static inline void hwpoison_page(void *p)
{
	EXPECT(!madvise(p, PAGE, MADV_HWPOISON), "MADV_HWPOISON: %m");
}

/* This process, which has the page at @p mapped, is told. */
static inline struct sigbus hwpoison(void *p)
{
	struct sigbus got = catch_sigbus(hwpoison_page, p);

	EXPECT(got.taken, "no SIGBUS");
	EXPECT(got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	return got;
}

#endif
