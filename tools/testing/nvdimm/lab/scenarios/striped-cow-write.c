// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include "dm.h"

#define LEN	(4 * MIB)

/* All of the clone but a hundred bytes on either side, which are copied. */
SCENARIO("a copy-on-write write on dm-striped writes into its own file only",
	 .audit = "B9", .on = NFIT | E820, .stock = "fails: a bystander: other data")
{
	char *buf = malloc(LEN), *got = malloc(LEN);
	struct neighbours n;

	new_striped_dm(64 << 10);
	make_fs_on(DM, "/mnt", "mkfs.xfs -m reflink=1", "dax=always");
	n = clone_beside_bystander(LEN);
	EXPECT(pread(n.file, buf, LEN, 0) == LEN, "pread: %m");
	memset(buf + 100, 'n', LEN - 200);
	EXPECT(pwrite(n.clone, buf + 100, LEN - 200, 100) == LEN - 200, "pwrite: %m");
	expect_content(n.bystander, 'b', "a bystander");
	expect_content(n.file, 'f', "the file");
	EXPECT(pread(n.clone, got, LEN, 0) == LEN, "pread: %m");
	EXPECT(!memcmp(buf, got, LEN), "the clone: other data");
}
