// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/uio.h>
#include "removal.h"

/* A pipe keeps a page, not a mapping: there is nobody to send a signal to. */
SCENARIO("unbind of fsdax waits for a page that is in a pipe",
	 .audit = "B12", .demo = true, .on = NFIT,
	 .stock = "fails: the pipe shows the new contents")
{
	static char buf[PAGE];
	struct iovec page;
	off_t at;
	pid_t unbind;
	bool waits;
	int fd, pipes[2];

	page = (struct iovec){ map_new_file("mkfs.ext4", "dax", &fd), PAGE };
	at = addr_of(page.iov_base) - pmem_base();
	EXPECT(!pipe(pipes), "pipe: %m");
	EXPECT(vmsplice(pipes[1], &page, 1, 0) == PAGE, "vmsplice: %m");

	tolerate_sigbus();
	kmsg_mark();
	unbind = start(unbind_pmem);
	waits = waits_for_pin(unbind);
	if (!waits) {		/* the next owner */
		bind_pmem();
		memset(buf, 'n', PAGE);
		dwrite(pmem(), at, buf, PAGE);
	}
	EXPECT(read(pipes[0], buf, PAGE) == PAGE, "read: %m");
	EXPECT(all(buf, 'a', PAGE), "the pipe shows the new contents");
	EXPECT(waits, "did not wait");
	EXPECT(wait_for(has_ended, &unbind, 5000), "unbind still waits");
	join(unbind);
	munmap(page.iov_base, 4 * PAGE);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
	bind_and_use();
}
