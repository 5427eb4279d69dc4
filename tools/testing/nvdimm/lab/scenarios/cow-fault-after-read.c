// SPDX-License-Identifier: GPL-2.0
#include "cow-2m.h"

/* The page cache has an entry of 2 MiB for them, as they were read. */
SCENARIO("a copy-on-write fault in 2 MiB that were mapped and went bad in part",
	 .audit = "B19b", .on = NFIT | E820, .stock = "fails: SIGBUS on a good page")
{
	int file = new_file_of_2m_blocks("/mnt/f");
	int clone = clone_file(file, "/mnt/g");
	char *p = mmap((void *)0x300000000000UL, PMD, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_FIXED_NOREPLACE, clone, 0);

	EXPECT(p != MAP_FAILED, "mmap: %m");
	EXPECT(!touch(p).taken, "SIGBUS");
	machine_check_scrub(block_addr(clone, BAD), LINE);
	EXPECT(!store(p + BAD + 2 * PAGE, 'a').taken, "SIGBUS on a good page");
	EXPECT(!store(p, 'a').taken, "SIGBUS on a good page");
	EXPECT(touch(p + BAD).code == BUS_MCEERR_AR, "the bad page can be read");
	expect_rest(file, "the file");
	expect_rest(clone, "the clone");
	EXPECT(!fsync(clone), "fsync: %m");

	munmap(p, PMD);
	EXPECT(!unlink("/mnt/g"), "unlink: %m");
	close(clone);
	drop_caches();
	expect_rest(file, "the file");
}
