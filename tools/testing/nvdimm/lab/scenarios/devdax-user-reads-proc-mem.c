// SPDX-License-Identifier: GPL-2.0
#include <sys/prctl.h>
#include <sys/stat.h>
#include "devdax.h"

#define NOBODY	65534

/* An ordinary user, who may open the device, and has lost a page of it. */
static void read_own_memory(const char *dev)
{
	static char buf[PAGE];
	char *p;
	int fd, mem;

	EXPECT(!setgid(NOBODY) && !setuid(NOBODY), "setuid: %m");
	EXPECT(!prctl(PR_SET_DUMPABLE, 1), "PR_SET_DUMPABLE: %m");
	fd = open(dev, O_RDWR);
	EXPECT(fd >= 0, "%s: %m", dev);
	p = map_dax(fd);
	mem = open("/proc/self/mem", O_RDONLY);
	EXPECT(mem >= 0, "/proc/self/mem: %m");
	EXPECT(pread(mem, buf, PAGE, (off_t)p + BAD_PAGE) < 0,
	       "the bad page can be read");
	EXPECT(pread(mem, buf, PAGE, (off_t)p) == PAGE && all(buf, 'a', PAGE),
	       "a good page cannot be read: %m");
}

SCENARIO("device-dax: nobody, reading a bad page by /proc/self/mem, gets an error",
	 .audit = "B13e", .on = NFIT | E820, .demo = true,
	 .stock = "oopses in __access_remote_vm")
{
	int fd;

	new_dax_with_bad_line(PMD, &fd);
	EXPECT(!chmod(DAX_PATH, 0666), "chmod: %m");
	in_other_process(read_own_memory, DAX_PATH);
}
