// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* The command gives no page back.  Who has the device writes to it instead. */
SCENARIO("device-dax: the clear command is refused for a page that is kept away",
	 .audit = "B23", .on = NFIT, .stock = "fails: it is not refused")
{
	uint64_t bad;
	int fd, rc;
	char *p = new_dax_with_bad_line(PMD, &fd);

	bad = dax_base() + BAD_SECTOR;
	rc = try_clear_error(bad, SECTOR);
	EXPECT(rc, "it is not refused");
	EXPECT(rc == -EBUSY, "it is refused: %s", strerror(-rc));
	rc = try_clear_error(bad + PAGE, SECTOR);
	EXPECT(rc == -EBUSY, "for a good page: %s", strerror(-rc));
	expect_refused(p, "refused, but");
	expect_dax_badblock();
	munmap(p, DAX_LEN);
	close(fd);
	unbind_dax();
	rc = try_clear_error(bad, SECTOR);
	EXPECT(!rc, "refused for a device that nobody has: %s", strerror(-rc));
	bind_dax();
	expect_no_dax_badblock();
	EXPECT(in_direct_map(bad), "not in the direct map");
}
