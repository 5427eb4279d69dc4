// SPDX-License-Identifier: GPL-2.0
#include "volume.h"

#define SIZE	(LEG - LEG % (2 * MIB))

/* Stripes, of a device in two pieces, which lie the other way round. */
SCENARIO("an error below dm-striped on dm-linear: all three files lose the page",
	 .audit = "C3", .on = NFIT | E820, .stock = "oopses in dax_lock_folio")
{
	const char *below = new_volume("0 %lu linear %s %lu\\n%lu %lu linear %s 0",
			SIZE / SECTOR, pmem(), SIZE / SECTOR,
			SIZE / SECTOR, SIZE / SECTOR, pmem());
	const char *above = new_volume("0 %lu striped 2 128 %s 0 %s %lu",
			2 * SIZE / SECTOR, below, below, SIZE / SECTOR);

	make_fs_on(above, "/mnt", REFLINK, "dax=always");
	consume_shared_page();
}
