// SPDX-License-Identifier: GPL-2.0
#include "removal.h"

SCENARIO("unbind takes the memory from all who mapped a file of XFS",
	 .audit = "B5", .on = NFIT)
{
	map_2m(new_file_of_2m_blocks("/mnt/g"));
	map_page(new_file("/mnt/f", 4 * PAGE));
	removal();
}
