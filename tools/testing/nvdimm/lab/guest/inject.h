/* SPDX-License-Identifier: GPL-2.0 */
/* Errors that software pretends, by page frame number (hwpoison-inject). */
#ifndef LAB_INJECT_H
#define LAB_INJECT_H

#include <stdio.h>
#include <string.h>
#include "lab.h"

#define CORRUPT		"corrupt-pfn"
#define UNPOISON	"unpoison-pfn"

static inline int hwpoison_inject(const char *what, uint64_t phys)
{
	char path[80], pfn[32];

	snprintf(path, sizeof(path), "/sys/kernel/debug/hwpoison/%s", what);
	snprintf(pfn, sizeof(pfn), "%#llx", (unsigned long long)phys / PAGE);
	return write_text(path, pfn);
}

#endif
