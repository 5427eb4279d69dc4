// SPDX-License-Identifier: GPL-2.0
#include "volume.h"

SCENARIO("an error on dm-log-writes in a page of three files: all lose it",
	 .audit = "C3", .on = NFIT | E820, .stock = "oopses in dax_lock_folio")
{
	make_fs_on(new_volume("0 %lu log-writes %s /dev/ram0", LEG / SECTOR,
			      pmem()), "/mnt", REFLINK, "dax=always");
	consume_shared_page();
}
