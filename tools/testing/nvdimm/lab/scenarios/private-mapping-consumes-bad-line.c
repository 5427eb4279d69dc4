// SPDX-License-Identifier: GPL-2.0
#include "private.h"

static void consume(char *p, char *bad)
{
	struct sigbus got = machine_check_load(bad, LINE);

	EXPECT(got.taken, "no SIGBUS");
	expect_told(got, bad);
	EXPECT(!addr_of(bad), "the bad page is still mapped");
	got = touch(bad);
	EXPECT(got.taken, "the bad page can be read");
	expect_told(got, bad);
	expect_store_refused(bad);
	EXPECT(!touch(p).taken, "SIGBUS in another page");
	expect_stored(bad - PAGE, 'a');
	expect_stored(bad + PAGE, 'a');
}

static void map_and_consume(int fd)
{
	char *p = map_private(fd, 4 * PAGE);

	EXPECT(!touch(p + PAGE).taken, "SIGBUS");
	consume(p, p + PAGE);
	munmap(p, 4 * PAGE);
}

/* By 2 MiB, and by 4 KiB; it is not copied, so the error is in the file. */
SCENARIO("a bad line consumed through a private mapping is in the file",
	 .audit = "B11", .on = NFIT | E820, .stock = "fails: si_addr_lsb 21")
{
	int fd = new_file_of_2m_blocks("/mnt/f");
	char *p = map_private_2m(fd);

	EXPECT(!touch(p).taken && addr_of(p + PMD - PAGE),
	       "not mapped by 2 MiB");
	consume(p, p + 5 * PAGE);
	munmap(p, PMD);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
	on_ext4_and_xfs(map_and_consume);
}
