// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include "bad-file.h"
#include "clone.h"

static void expect_bad_page(int fd)
{
	struct sigbus got;
	char *p;

	p = mmap(NULL, FILE_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	EXPECT(p != MAP_FAILED, "mmap: %m");
	got = touch(p + PAGE);
	EXPECT(got.taken && got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT(!touch(p).taken && !touch(p + 2 * PAGE).taken,
	       "SIGBUS in a page beside it");
	expect_refused(fd);
}

/* No data is read for that. */
SCENARIO("FICLONE shares a bad page, and both files refuse it",
	 .on = NFIT | E820,
	 .stock_e820 = "fails: si_code 0")
{
	int f = file_with_bad_sector("mkfs.xfs -m reflink=1", "dax=always");
	int g = clone_file(f, "/mnt/g");

	EXPECT(block_addr(f, PAGE) == block_addr(g, PAGE), "not shared");
	expect_bad_page(f);
	expect_bad_page(g);
}
