// SPDX-License-Identifier: GPL-2.0
#include "devdax.h"

/* The node is there before the driver is. */
static bool opens(void *fd)
{
	*(int *)fd = open(DAX_PATH, O_RDWR | O_CLOEXEC);
	return *(int *)fd >= 0;
}

static void ask_for_ever(int fd)
{
	static char buf[SECTOR];

	for (;;) {
		lseek(fd, 0, SEEK_END);
		pread(fd, buf, sizeof(buf), 0);
		pwrite(fd, buf, sizeof(buf), 4 * SECTOR);
	}
}

static void go_away(unsigned int how)
{
	if (how)
		unbind_dax();
	else
		ndctl("disable-namespace namespace0.0");
}

/* Once nobody has it open: a device node that is in use does not come back. */
static void come_back(unsigned int how)
{
	if (how)
		bind_dax();
	else
		ndctl("enable-namespace namespace0.0");
}

/* An open file keeps the device, but not what it has while it is bound. */
SCENARIO("device-dax: lseek(), pread() and pwrite() while the device goes",
	 .on = NFIT | E820)
{
	unsigned int i;
	pid_t pid;
	int fd;

	make_dax(PMD);
	for (i = 0; i < 10; i++) {
		EXPECT(wait_for(opens, &fd, 5000), DAX_PATH ": %m");
		pid = fork();
		EXPECT(pid >= 0, "fork: %m");
		if (!pid)
			ask_for_ever(fd);
		close(fd);
		usleep(20000);
		go_away(i % 2);
		usleep(20000);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		come_back(i % 2);
	}
	EXPECT(wait_for(opens, &fd, 5000), DAX_PATH ": %m");
	EXPECT(!touch(map_dax(fd)).taken, "SIGBUS");
}
