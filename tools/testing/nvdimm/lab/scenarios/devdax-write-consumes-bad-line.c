// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/*
 * Nobody knew of it: the machine check hits the copy from the user's buffer, and
 * the kernel may try once more.  (Memory does not lose its contents here.)
 */
SCENARIO("device-dax: a page whose bad line write() consumes is refused",
	 .audit = "B13c", .on = NFIT | E820,
	 .stock = "fails: the mapping: the bad page can be read")
{
	int fd, err, file = open("/f", O_RDWR | O_CREAT, 0600);
	char *p = new_dax(PMD, &fd);
	uint64_t phys = dax_base() + BAD_PAGE;
	ssize_t n;

	EXPECT(file >= 0, "/f: %m");
	tolerate_sigbus();
	arm_kernel_loads("rep_movs_alternative", &phys, 1, LINE);
	n = write(file, p + BAD_PAGE, PAGE);
	err = errno;
	expect_kernel_load_hit();
	EXPECT(n > 0 || err == EFAULT, "write: %s", strerror(err));
	EXPECT(wait_until_confined(phys), "the page is in the direct map");
	expect_refused(p, "the mapping");
}
