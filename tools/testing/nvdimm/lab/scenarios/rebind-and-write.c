// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "bad-line.h"

/* The driver lets go of the device and takes it again: a fresh direct map. */
SCENARIO("unbind, bind, write the bad page",
	 .audit = "B4", .on = NFIT | E820, .demo = true, .stock = "oopses in __memcpy_flushcache")
{
	off_t page = page_with_bad_line();
	static char buf[PAGE];
	int rc;

	unbind_pmem();
	bind_pmem();
	memset(buf, 'n', PAGE);
	rc = dwrite(pmem(), page, buf, PAGE);
	EXPECT(!rc, "write: %s", strerror(-rc));
	memset(buf, 0, PAGE);
	rc = dread(pmem(), page, buf, PAGE);
	EXPECT(!rc, "read back: %s", strerror(-rc));
	EXPECT(all(buf, 'n', PAGE), "other data came back");
}
