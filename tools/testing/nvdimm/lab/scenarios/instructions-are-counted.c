// SPDX-License-Identifier: GPL-2.0
#include "lab.h"

#define LOOPS	1000000UL

/* The measure that benchmarks use: a loop of two instructions, counted. */
SCENARIO("-icount counts instructions", .on = COUNT)
{
	uint64_t n = LOOPS, start, used;

	start = instructions();
	EXPECT(start, "nothing is counted");
	__asm__ volatile("1: dec %0; jnz 1b" : "+r" (n));
	used = instructions() - start;
	EXPECT(used >= 2 * LOOPS && used < 2 * LOOPS + 2 * LOOPS / 10,
	       "%llu instructions for %lu", (unsigned long long)used, 2 * LOOPS);
}
