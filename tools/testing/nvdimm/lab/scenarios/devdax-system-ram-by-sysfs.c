// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/*
 * What daxctl does, step by step: the driver is told of the device by its name.
 * The page was mapped when it went bad, and has left the direct map since.
 */
SCENARIO("system RAM by new_id: what was bad in the device is handed to nobody",
	 .audit = "B26", .on = NFIT | E820, .stock = "oopses in clear_page")
{
	uint64_t bad;
	char *p;
	int fd, rc;

	make_dax(PAGE);
	bad = dax_base() + dax_off_of_block() + BAD_LINE;
	fd = open_dax();
	p = map_dax_at(fd, dax_off_of_block());
	EXPECT(!store(p + BAD_PAGE, 'a').taken, "SIGBUS");
	find_bad_line(bad);
	munmap(p, DAX_LEN);
	close(fd);
	unbind_dax();
	rc = write_text("/sys/devices/system/memory/auto_online_blocks",
			"online_movable");
	EXPECT(!rc, "auto_online_blocks: %s", strerror(-rc));
	rc = write_text("/sys/bus/dax/drivers/kmem/new_id", DAX);
	EXPECT(!rc, "new_id: %s", strerror(-rc));
	expect_kept_out(bad);
	EQUAL("HardwareCorrupted", hardware_corrupted(), PAGE);
}
