// SPDX-License-Identifier: GPL-2.0
#include <sys/mman.h>
#include <sys/wait.h>
#include "writecache.h"

#define WORKERS	4
#define BLOCKS	64	/* each has its own */

static struct {
	unsigned char begun, synced;
} *blocks;

/* Until there is an error. */
static void write_all_the_time(unsigned int worker)
{
	unsigned int i, block;

	for (i = 0;; i++) {
		block = worker * BLOCKS + i % BLOCKS;
		blocks[block].begun = 'A' + i / BLOCKS % 26;
		if (write_block(block, blocks[block].begun) || flush_writes())
			break;
		blocks[block].synced = blocks[block].begun;
	}
	_exit(0);
}

static void write_back_all_the_time(void)
{
	while (write_back())
		;
	_exit(0);
}

static void expect_what_was_synced(void)
{
	unsigned int block, n = 0;
	int rc;

	for (block = 0; block < WORKERS * BLOCKS; block++) {
		if (!blocks[block].synced)
			continue;
		rc = dread(ORIGIN, block * PAGE, wc_buf, PAGE);
		EXPECT(!rc, "reading block %u: %s", block, strerror(-rc));
		EXPECT(all(wc_buf, blocks[block].synced, PAGE) ||
		       all(wc_buf, blocks[block].begun, PAGE),
		       "block %u is not what was written", block);
		n++;
	}
	EXPECT(n, "nobody has written anything");
}

SCENARIO("the memory of a dm-writecache is removed while it is written, and written back",
	 .audit = "B17", .on = NFIT | E820, .stock = "oopses in ")
{
	pid_t pid[WORKERS + 1];
	unsigned int i;
	int status;

	blocks = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT(blocks != MAP_FAILED, "mmap: %m");
	new_dirty_cache();
	for (i = 0; i <= WORKERS; i++) {
		pid[i] = fork();
		EXPECT(pid[i] >= 0, "fork: %m");
		if (!pid[i] && i < WORKERS)
			write_all_the_time(i);
		else if (!pid[i])
			write_back_all_the_time();
	}
	sleep(2);
	unbind_pmem();
	for (i = 0; i <= WORKERS; i++) {
		EXPECT(waitpid(pid[i], &status, 0) == pid[i], "waitpid: %m");
		expect_child(status);
	}
	deactivate();
	bind_pmem();
	new_partition(1);
	activate();
	EXPECT(write_back(), "not written back");
	expect_what_was_synced();
}
