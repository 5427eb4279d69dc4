/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MEMORY_FAILURE_H
#define _LINUX_MEMORY_FAILURE_H

#include <linux/types.h>

#ifdef CONFIG_MEMORY_FAILURE
bool memory_failure_owned(unsigned long pfn);
#else
static inline bool memory_failure_owned(unsigned long pfn)
{
	return false;
}
#endif

#endif /* _LINUX_MEMORY_FAILURE_H */
