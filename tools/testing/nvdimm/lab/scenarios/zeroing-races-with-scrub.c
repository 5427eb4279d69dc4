// SPDX-License-Identifier: GPL-2.0
#include "race.h"

/* A part of a page, and of its first and its last sector: memset(). */
static void zero_part(int fd)
{
	off_t page = race_now->page * PAGE;
	int rc = fallocate(fd, FALLOC_FL_ZERO_RANGE, page + 8, PAGE - 16);

	race_expect(rc ? -1 : 1, "ZERO_RANGE");
}

static int repair_error;

static void repair(int fd, unsigned int page)
{
	if (pwrite(fd, race_data, PAGE, page * PAGE) != PAGE)
		repair_error = errno;
}

SCENARIO("zeroing a part of a page of a DAX file that turns out to be bad",
	 .audit = "B3", .on = NFIT | E820, .stock = "oopses in dax_zero_range")
{
	race(race_new_file(), zero_part, repair);
	EXPECT(!repair_error, "repair: %s", strerror(repair_error));
}
