// SPDX-License-Identifier: GPL-2.0
#include "race.h"

static int to_file[2] = { -1, -1 };

/* What is in a pipe is in pages of the kernel. */
static void splice_all(int fd)
{
	off_t at = 0;
	ssize_t left;

	if (to_file[0] < 0)
		RACE_EXPECT(!pipe(to_file) && fcntl(to_file[1], F_SETPIPE_SZ,
			    RACE_LEN) >= (int)RACE_LEN, "pipe: %m");
	left = write(to_file[1], race_data, RACE_LEN);
	RACE_EXPECT(left == RACE_LEN, "write to the pipe: %m");
	while (left > 0) {
		ssize_t n = splice(to_file[0], NULL, fd, &at, left, 0);

		race_expect(n, "splice");
		left -= n > 0 ? n : 0;
	}
}

SCENARIO("splice() into a DAX file whose pages turn out to be bad",
	 .audit = "B3", .on = NFIT | E820,
	 .stock = "oopses in __memcpy_flushcache")
{
	race(race_new_file(), splice_all, NULL);
}
