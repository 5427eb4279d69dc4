// SPDX-License-Identifier: GPL-2.0
#include "consumed.h"

/* Such as Debian 12 makes them. */
SCENARIO("an error that one consumes in a page of three files, no reverse map",
	 .audit = "B6", .on = NFIT | E820, .stock = "oopses in dax_lock_folio")
{
	consume_shared("mkfs.xfs -m rmapbt=0,reflink=1");
}
