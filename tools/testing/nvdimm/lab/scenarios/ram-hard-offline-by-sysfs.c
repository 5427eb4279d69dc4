// SPDX-License-Identifier: GPL-2.0
#include "ram.h"

/* What an administrator's tool does about a page with too many errors. */
SCENARIO("system RAM: hard_offline_page takes a page away, and only system RAM",
	 .on = E820)
{
	char *p = anonymous(4 * PAGE);
	uint64_t phys = addr_of(p + PAGE);
	const char *path = "/sys/devices/system/memory/hard_offline_page";
	char text[32];

	snprintf(text, sizeof(text), "%#llx", (unsigned long long)phys);
	ram_mark();
	expect_rc(write_text(path, text), 0, "hard offline");
	expect_action(phys, "dirty LRU page", RECOVERED);
	expect_gone(p + PAGE);
	expect_letters(p, 4 * PAGE, 1);
	expect_rc(write_text(path, text), -EHWPOISON, "hard offline again");
	expect_counts(1, RECOVERED, 1);
	expect_rc(write_text(path, "0x10000000000"), -ENXIO, "no memory");
	expect_counts(1, RECOVERED, 1);
}
