// SPDX-License-Identifier: GPL-2.0
#include "ram.h"
#include "user.h"

/*
 * The kernel consumes the error while it makes the copy, and tells of it in an
 * interrupt's way (memory_failure_queue()).
 */
static bool has_failed(void *unused)
{
	(void)unused;
	return kmsg_has("recovery action for");
}

SCENARIO("system RAM: copy on write of a bad page: SIGBUS, and lost to the other process",
	 .on = E820)
{
	char *p = anonymous(4 * PAGE);
	uint64_t phys = addr_of(p + PAGE);
	struct user *other = new_user(NULL, 0, LATE);

	EXPECT(user_addr_of(other, p + PAGE) == phys, "the page is not shared");
	ram_mark();
	arm_kernel_load(phys, LINE);
	expect_sigbus(store(p + PAGE, 'x'), p + PAGE, 12, "store");
	expect_kernel_load_hit();
	EXPECT(wait_for(has_failed, NULL, 5000), "memory_failure() is not told");
	expect_action(phys, "dirty LRU page", RECOVERED);
	expect_bad_page(phys);
	expect_gone(p + PAGE);
	expect_lost(other, p + PAGE, "the other");
	expect_letters(p, 4 * PAGE, 1);
}
