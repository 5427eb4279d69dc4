// SPDX-License-Identifier: GPL-2.0
#include "bad-file.h"

/* QEMU's NVDIMM has no command that clears errors. */
SCENARIO("pwrite of a bad page that cannot be cleared gives EIO",
	 .audit = "B18d", .on = PLAIN, .stock = "fails: pwrite: Bad address")
{
	int fd = file_with_bad_sector("mkfs.ext4", "dax");
	char buf[PAGE];

	memset(buf, 'a', PAGE);
	expect_eio(pwrite(fd, buf, PAGE, PAGE), "pwrite");
	expect_eio(pwrite(fd, buf, SECTOR, BAD_AT), "pwrite of the sector");
	expect_eio(pwrite(fd, buf, 100, BAD_AT), "pwrite of a part of it");
	expect_as_before(fd);
}
