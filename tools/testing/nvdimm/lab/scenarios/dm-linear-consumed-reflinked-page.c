// SPDX-License-Identifier: GPL-2.0
#include "volume.h"

/* The offsets of the volume are not those of the device. */
SCENARIO("an error on dm-linear in a page of three files: all lose it",
	 .audit = "C3", .demo = true, .on = NFIT | E820, .stock = "oopses in dax_lock_folio")
{
	new_dm_of_two_pieces(8 * MIB);
	make_fs_on(DM, "/mnt", REFLINK, "dax=always");
	consume_shared_page();
}
