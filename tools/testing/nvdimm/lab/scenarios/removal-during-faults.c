// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include "removal.h"

#define ROUNDS		6
#define USERS		4
#define PAGES		(PMD / PAGE)

static int file;
static off_t from;
static volatile struct {
	unsigned long faults;
	bool removed;
} *shared;

/* Load, store, drop what is mapped; until the memory is gone for sure. */
static void use(bool stores)
{
	char *p = mmap(NULL, PMD, PROT_READ | PROT_WRITE, MAP_SHARED, file,
		       from);
	unsigned int i;

	EXPECT(p != MAP_FAILED, "mmap: %m");
	srand(getpid());
	while (!shared->removed) {
		unsigned int r = rand();
		char *at = p + r % PAGES * PAGE;

		if (stores && r & 1024)
			store(at, 'b');
		else
			touch(at);
		madvise(p + (r >> 11) % PAGES * PAGE, PAGE, MADV_DONTNEED);
		shared->faults++;
	}
	for (i = 0; i < PAGES; i++)
		EXPECT(touch(p + i * PAGE).taken, "page %u is still mapped", i);
}

/* A filesystem that is frozen holds up stores, but no loads. */
static void read_pages(void)
{
	use(false);
}

static void write_pages(void)
{
	use(true);
}

static void remove_under_faults(const char *mkfs, const char *opts)
{
	pid_t user[USERS];
	bool well = true;
	unsigned int i;

	make_fs(mkfs, opts);
	file = new_file("/mnt/f", 4 * PMD);
	shared->faults = 0;
	shared->removed = false;
	for (i = 0; i < USERS; i++)
		user[i] = start(i % 2 ? write_pages : read_pages);
	while (shared->faults < 1000)
		usleep(1000);
	unbind_pmem();
	shared->removed = true;
	for (i = 0; i < USERS; i++)
		well &= ended_well(user[i]);
	if (!well)
		_exit(1);
	close(file);
	EXPECT(!umount("/mnt"), "umount: %m");
	bind_pmem();
}

/* A fault that has found its block before may map it after. */
SCENARIO("no fault maps a page of memory that is being removed",
	 .audit = "B5 B15", .on = NFIT,
	 .stock = "oopses in dax_disassociate_entry")
{
	unsigned int i;

	tolerate_sigbus();
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT(shared != MAP_FAILED, "mmap: %m");
	for (i = 0; i < ROUNDS; i++) {
		from = i % 4 < 2 ? PAGE : 0;	/* 4 KiB or 2 MiB mappings */
		if (i % 2)
			remove_under_faults("mkfs.ext4", "dax");
		else
			remove_under_faults("mkfs.xfs -m rmapbt=1 -d su=2m,sw=1",
					    "dax=always");
	}
}
