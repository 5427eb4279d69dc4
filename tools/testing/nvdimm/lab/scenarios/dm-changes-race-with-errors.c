// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <sys/wait.h>
#include "volume.h"

#define PAGES	48
#define SIZE	(LEG - 4 * MIB)

/* Suspended, replaced by one of another size, resumed. */
_Noreturn static void change_table(void)
{
	unsigned int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0;; i++)
		if (sh("dmsetup suspend --noudevsync v0 && "
		       "dmsetup load --table '0 %lu linear %s 2048' v0 && "
		       "dmsetup resume --noudevsync v0",
		       (SIZE + i % 3 * MIB) / SECTOR, pmem()))
			_exit(1);
}

/* The same memory, for another device that comes and goes. */
_Noreturn static void create_and_remove(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		if (sh("dmsetup create --noudevsync w --table '0 %lu linear %s 2048'"
		       " && dmsetup remove --noudevsync w", SIZE / SECTOR,
		       pmem()))
			_exit(1);
}

static pid_t start(void (*fn)(void))
{
	pid_t pid = fork();

	EXPECT(pid >= 0, "fork: %m");
	if (!pid)
		fn();
	return pid;
}

static void stop(pid_t pid, const char *what)
{
	EXPECT(!waitpid(pid, NULL, WNOHANG), "%s has failed", what);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static bool is_lost(void *arg)
{
	const struct pair *pair = arg;

	return !user_addr_of(pair->first, pair->first->at) &&
	       !user_addr_of(pair->second, pair->second->at);
}

SCENARIO("a volume changes while bad lines are found: none of them is missed",
	 .audit = "C3", .on = NFIT | E820, .stock = "oopses in dax_lock_folio")
{
	pid_t changer, creator;
	struct pair pair;
	size_t off;

	make_fs_on(new_linear_volume(pmem(), MIB, SIZE), "/mnt", REFLINK,
		   "dax=always");
	pair = new_pair("/mnt", PAGES * PAGE);
	changer = start(change_table);
	creator = start(create_and_remove);
	for (off = PAGE; off < (PAGES - 1) * PAGE; off += PAGE) {
		uint64_t phys = pair_addr_of(&pair, off);

		machine_check_scrub_async(phys, LINE);
		EXPECT(wait_for(is_lost, &pair, 10000),
		       "page %zu is still mapped", off / PAGE);
		EXPECT(user_touch(pair.first, pair.first->map + off).code ==
		       BUS_MCEERR_AR, "the bad page can be read");
	}
	stop(changer, "changing the table");
	stop(creator, "creating another volume");
	sh("dmsetup resume --noudevsync v0");
	EXPECT(pair.first->signals == PAGES - 2 &&
	       pair.second->signals == PAGES - 2, "%u and %u signals, not %u",
	       pair.first->signals, pair.second->signals, PAGES - 2);
	EXPECT(!sh("touch /mnt/h && sync -f /mnt/h"),
	       "the filesystem was shut down");
}
