// SPDX-License-Identifier: GPL-2.0
#include "slow.h"

static ssize_t write_page(int fd, char *buf, off_t at)
{
	return pwrite(fd, buf, PAGE, at);
}

/* The copy has begun, and goes on when its page has left the direct map. */
SCENARIO("a write that waits for its buffer while its page goes bad repairs it",
	 .audit = "B3", .on = NFIT | E820,
	 .stock = "fails: write: Bad address")
{
	static char back[PAGE];
	struct slow_call call;
	uint64_t phys;
	ssize_t done;
	char *p;
	int fd;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	phys = addr_of(p + PAGE);
	call = slow_call(write_page, fd, PAGE);
	machine_check_scrub(phys + 3 * SECTOR, LINE);
	EXPECT(!in_direct_map(phys), "the bad page is in the direct map");
	done = slow_end(&call);
	EXPECT(done == PAGE || done == -EIO, "write: %s", done < 0 ?
	       strerror(-done) : "is short");
	if (done < 0)
		EXPECT(pwrite(fd, call.buf, PAGE, PAGE) == PAGE, "again: %m");
	EXPECT(!has_badblock(0, -1ULL), "written, but in badblocks");
	EXPECT(in_direct_map(phys), "written, but not in the direct map");
	EXPECT(pread(fd, back, PAGE, PAGE) == PAGE, "pread: %m");
	EXPECT(!memcmp(back, call.buf, PAGE), "other data came back");
}
