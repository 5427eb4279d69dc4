// SPDX-License-Identifier: GPL-2.0
#include "volume.h"

SCENARIO("an error on dm-linear, XFS without reverse map: three files lose it",
	 .audit = "C3", .on = NFIT | E820, .stock = "oopses in dax_lock_folio")
{
	new_dm_of_two_pieces(8 * MIB);
	make_fs_on(DM, "/mnt", "mkfs.xfs -m rmapbt=0,reflink=1", "dax=always");
	consume_shared_page();
}
