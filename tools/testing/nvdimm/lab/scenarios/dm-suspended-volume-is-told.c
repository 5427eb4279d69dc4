// SPDX-License-Identifier: GPL-2.0
#include "volume.h"

/* What the filesystem has to read to know is in memory, or comes after the resume. */
SCENARIO("a bad line under a suspended volume: users are told, and it resumes",
	 .audit = "C3", .on = NFIT | E820, .stock = "oopses in dax_lock_folio")
{
	struct pair pair;
	uint64_t phys;

	make_fs_on(new_linear_volume(pmem(), MIB, LEG), "/mnt", REFLINK,
		   "dax=always");
	pair = new_pair("/mnt", 6 * PAGE);
	phys = pair_addr_of(&pair, 4 * PAGE);
	dmsetup("suspend v0");
	machine_check_scrub(pair_addr_of(&pair, PAGE), LINE);
	expect_told(&pair, PAGE);
	dmsetup("resume v0");
	EXPECT(!sh("touch /mnt/h && sync"), "the filesystem was shut down");

	drop_caches();
	dmsetup("suspend v0");
	machine_check_scrub_async(phys, LINE);
	EXPECT(wait_until_confined(phys), "it is not confined");
	dmsetup("resume v0");
	expect_told(&pair, 4 * PAGE);
	EXPECT(!sh("touch /mnt/i && sync"), "the filesystem was shut down");
}
