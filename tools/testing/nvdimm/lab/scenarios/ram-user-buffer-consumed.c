// SPDX-License-Identifier: GPL-2.0
#include "ram.h"
#include "user-buffer.h"

static bool has_failed(void *unused)
{
	(void)unused;
	return kmsg_has("recovery action for");
}

/* The kernel consumes the error while it copies the buffer of a write(). */
SCENARIO("system RAM: write() from a bad buffer gives EFAULT, and the page is lost",
	 .on = E820)
{
	char *p = anonymous(4 * PAGE), *bad = p + PAGE;
	uint64_t phys = addr_of(bad);
	int fds[2];

	EXPECT(!pipe(fds), "pipe: %m");
	ask_for_signals();
	ram_mark();
	arm_buffers(&bad, 1);
	EXPECT(write(fds[1], bad, PAGE) < 0 && errno == EFAULT, "write: %m");
	expect_kernel_load_hit();
	EXPECT(wait_for(has_failed, NULL, 5000), "memory_failure() is not told");
	expect_action(phys, "dirty LRU page", RECOVERED);
	EXPECT(wait_for_signal() == bad && buffer_told.code == BUS_MCEERR_AO,
	       "si_code %d, si_addr %p", buffer_told.code, buffer_told.addr);
	EXPECT(wait_until_confined(phys), "the page is in the direct map");
	expect_gone(bad);
	expect_letters(p, 4 * PAGE, 1);
}
