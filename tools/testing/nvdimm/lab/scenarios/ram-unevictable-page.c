// SPDX-License-Identifier: GPL-2.0
#include <sys/shm.h>
#include "ram.h"

SCENARIO("system RAM: a bad page of locked shared memory is lost to all who attach it",
	 .on = E820)
{
	int id = shmget(IPC_PRIVATE, 4 * PAGE, IPC_CREAT | 0600);
	char *p, *again;
	uint64_t phys;

	EXPECT(id >= 0 && !shmctl(id, SHM_LOCK, NULL), "SHM_LOCK: %m");
	p = shmat(id, NULL, 0);
	EXPECT(p != (void *)-1, "shmat: %m");
	fill_letters(p, 4 * PAGE);
	phys = addr_of(p + PAGE);

	ram_mark();
	expect_sigbus(hwpoison(p + PAGE), p + PAGE, 12, "madvise");
	expect_action(phys, "dirty unevictable LRU page", RECOVERED);
	expect_bad_page(phys);
	expect_gone(p + PAGE);
	expect_letters(p, 4 * PAGE, 1);
	again = shmat(id, NULL, 0);
	EXPECT(again != (void *)-1, "shmat: %m");
	expect_gone(again + PAGE);
	expect_letters(again, 4 * PAGE, 1);
}
