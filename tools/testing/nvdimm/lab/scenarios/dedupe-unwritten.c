// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "clone.h"
#include "litter.h"

#define LEN	(1UL << 20)

static char buf[LEN];

/* The blocks were somebody else's, and full of 's'; nobody may see that. */
static int new_unwritten_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT, 0644);

	EXPECT(fd >= 0 && !posix_fallocate(fd, 0, LEN), "%s: %m", path);
	return fd;
}

static int new_file_of(const char *path, int c)
{
	int fd = new_unwritten_file(path);

	memset(buf, c, LEN);
	EXPECT(pwrite(fd, buf, LEN, 0) == LEN, "pwrite: %m");
	return fd;
}

SCENARIO("dedupe compares an unwritten extent as the zeros that it is read as",
	 .audit = "B20", .on = NFIT | E820,
	 .stock = "fails: unwritten and data of somebody else: equal")
{
	uint64_t bytes;
	int f, g, rc;

	make_fs("mkfs.xfs -m reflink=1", "dax=always");
	litter(16UL << 20, 's');
	f = new_file_of("/mnt/s", 's');
	g = new_unwritten_file("/mnt/g");
	rc = dedupe(f, 0, g, 0, LEN, &bytes);
	EXPECT(rc == FILE_DEDUPE_RANGE_DIFFERS,
	       "unwritten and data of somebody else: %s",
	       rc < 0 ? strerror(-rc) : "equal");
	EXPECT(pread(g, buf, LEN, 0) == LEN && all(buf, 0, LEN), "other data");
	f = new_file_of("/mnt/z", 0);
	rc = dedupe(f, 0, g, 0, LEN, &bytes);
	EXPECT(rc == FILE_DEDUPE_RANGE_SAME, "unwritten and zeros: %s",
	       rc < 0 ? strerror(-rc) : "different");
	EXPECT(pread(g, buf, LEN, 0) == LEN && all(buf, 0, LEN), "other data");
}
