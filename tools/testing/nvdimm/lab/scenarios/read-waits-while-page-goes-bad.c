// SPDX-License-Identifier: GPL-2.0
#include "slow.h"

#define BAD	3	/* sector of the page */

static ssize_t read_page(int fd, char *buf, off_t at)
{
	return pread(fd, buf, PAGE, at);
}

/* The copy has begun, and goes on when its page has left the direct map. */
SCENARIO("a read that waits for its buffer while its page goes bad ends before that",
	 .audit = "B18d", .on = NFIT | E820,
	 .stock = "fails: read: Bad address")
{
	struct slow_call call;
	uint64_t phys;
	ssize_t done;
	char *p;
	int fd;

	p = map_new_file("mkfs.ext4", "dax", &fd);
	phys = addr_of(p + PAGE);
	call = slow_call(read_page, fd, PAGE);
	machine_check_scrub(phys + BAD * SECTOR, LINE);
	EXPECT(!in_direct_map(phys), "the bad page is in the direct map");
	done = slow_end(&call);
	EXPECT(done > 0 || done == -EIO, "read: %s", strerror(-done));
	EXPECT(done <= (ssize_t)(BAD * SECTOR), "read of %zd bytes", done);
	EXPECT(done < 0 || all(call.buf, 'a', done), "other data came back");
	EXPECT(pread(fd, call.buf, PAGE, PAGE) == (ssize_t)(BAD * SECTOR),
	       "again: %m");
}
