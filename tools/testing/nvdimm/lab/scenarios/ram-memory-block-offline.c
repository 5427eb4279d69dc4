// SPDX-License-Identifier: GPL-2.0
#include "memory-block.h"
#include "ram.h"

/* The start of one that nobody needs, which has gone offline; the highest. */
static uint64_t take_block_offline(uint64_t below)
{
	uint64_t at;

	for (at = below - MEMORY_BLOCK; at; at -= MEMORY_BLOCK)
		if (!try_memory_state(at, "offline"))
			return at;
	fail("no block of memory goes offline");
}

/* Memory of the machine, whose errors no driver remembers. */
SCENARIO("system RAM: blocks of memory go offline and online beside and with a bad page",
	 .on = E820)
{
	uint64_t good, bad, phys;

	good = take_block_offline(RAM_END);
	bad = take_block_offline(good);
	set_memory_state(good, "online_movable");
	set_memory_state(bad, "online_movable");
	phys = bad + MEMORY_BLOCK / 2 + 5 * PAGE;
	EXPECT(page_has(phys, KPF_BUDDY), "the page is not free");

	ram_mark();
	expect_rc(corrupt(phys), 0, "corrupt");
	expect_action(phys, "free buddy page", RECOVERED);

	/* Somewhere there is a bad page now. */
	set_memory_state(good, "offline");
	set_memory_state(good, "online_movable");
	EXPECT(page_has(good + 5 * PAGE, KPF_BUDDY), "its pages are not free");
	expect_kept_out(phys);

	set_memory_state(bad, "offline");
	expect_counts(1, RECOVERED, 1);
	expect_rc(unpoison(phys), -EIO, "unpoison of an offline page");
	expect_rc(corrupt(phys + PAGE), -ENXIO, "corrupt an offline page");
	expect_rc(try_memory_state(bad, "online_movable"), -EHWPOISON,
		  "online with a bad page");
	expect_counts(1, RECOVERED, 1);
}
