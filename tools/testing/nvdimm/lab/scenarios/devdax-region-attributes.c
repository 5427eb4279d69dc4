// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

#define REGION	DAX_SYS "/../dax_region/"

/* What daxctl goes by.  They are found by the data that the device's parent has. */
SCENARIO("device-dax: the attributes of its region say what the region is",
	 .on = NFIT | E820)
{
	make_dax(PMD);
	EQUAL("id", read_u64(REGION "id"), 0);
	EQUAL("align", read_u64(REGION "align"), PMD);
	EQUAL("size", read_u64(REGION "size"), dax_size());
}
