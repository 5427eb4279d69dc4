// SPDX-License-Identifier: GPL-2.0
#include "nfit-test.h"
#include "devdax.h"

SCENARIO("nfit_test: what is written to a mapped device-dax is there",
	 .on = NFIT_TEST, .stock = "oopses in dax_set_mapping")
{
	char *p;
	int fd;

	load_nfit_test("");
	p = new_dax(PAGE, &fd);
	munmap(p, DAX_LEN);
	EXPECT(all(map_dax(fd), 'a', DAX_LEN), "other data");
}
