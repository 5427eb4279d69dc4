// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <sys/mman.h>
#include "bad-file.h"
#include "clone.h"

SCENARIO("a copy-on-write fault on a bad page says so, by BUS_MCEERR_AR",
	 .audit = "B19b", .on = NFIT | E820, .stock = "fails: si_code 2")
{
	struct sigbus got;
	int f, g;
	char *p;

	f = file_with_bad_sector("mkfs.xfs -m reflink=1", "dax=always");
	g = clone_file(f, "/mnt/g");
	p = mmap(NULL, FILE_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, g, 0);
	EXPECT(p != MAP_FAILED, "mmap: %m");
	got = store(p + PAGE, 'n');
	EXPECT(got.taken, "the bad page was copied");
	EXPECT(got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT(got.addr == p + PAGE, "si_addr %p, not %p", got.addr, p + PAGE);
	EXPECT(got.lsb == 12, "si_addr_lsb %d", got.lsb);
	EXPECT(!store(p, 'n').taken && !store(p + 2 * PAGE, 'n').taken,
	       "SIGBUS in a page beside it");
	EXPECT(p[0] == 'n' && all(p + 1, 'a', PAGE - 1), "other data");
	expect_bytes(f, 0, PAGE, 'a');
	expect_bytes(f, 2 * PAGE, 2 * PAGE, 'a');
	EXPECT(block_addr(f, PAGE) == block_addr(g, PAGE),
	       "the clone has got another block for what it lost");
}
