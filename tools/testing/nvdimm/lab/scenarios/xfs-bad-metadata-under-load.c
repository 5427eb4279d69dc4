// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "xfs-metadata.h"

#define WORKERS	3
#define ROUNDS	40

/* Changes all that goes bad, and never finds that it cannot. */
_Noreturn static void work(unsigned int i)
{
	char path[30], other[30], dir[30];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "/mnt/work-%u", i);
	snprintf(other, sizeof(other), "/mnt/other-%u", i);
	snprintf(dir, sizeof(dir), "/mnt/directory-%u", i);
	for (;;) {
		fd = new_file(path, 4 * PAGE);
		EXPECT(!fsetxattr(fd, "user.x", dir, sizeof(dir), 0),
		       "setxattr: %m");
		close(fd);
		EXPECT(!rename(path, other), "rename: %m");
		EXPECT(!mkdir(dir, 0755) && !rmdir(dir), "mkdir: %m");
		EXPECT(!unlink(other), "unlink: %m");
	}
}

/* A worker that ends has found an error, and told. */
static void expect_at_work(void)
{
	int status;

	if (waitpid(-1, &status, WNOHANG) > 0)
		expect_child(status);
}

static void stop_work(const pid_t *pid)
{
	unsigned int i;

	for (i = 0; i < WORKERS; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
}

SCENARIO("XFS goes on when metadata goes bad that is in use, again and again",
	 .audit = "B10", .on = NFIT | E820, .stock = "shuts the filesystem down")
{
	static struct structure busy[] = {
		{ "superblock", "-c 'sb 0'", FS_HEADERS, 0 },
		{ "AGF", "-c 'agf 0'", FS_HEADERS, 0 },
		{ "AGI", "-c 'agi 0'", FS_HEADERS, 0 },
		{ "cntbt", "-c 'agf 0' -c 'addr cntroot'", SPACE_BTREES, 0 },
		{ "rmapbt", "-c 'agf 0' -c 'addr rmaproot'", SPACE_BTREES, 0 },
		{ "inode of the root", "-c 'path /'", "inodes", 0 },
	};
	pid_t pid[WORKERS];
	unsigned int i;

	read_metadata(MKFS, busy, 6);
	for (i = 0; i < WORKERS; i++) {
		pid[i] = fork();
		if (!pid[i])
			work(i);
	}
	for (i = 0; i < ROUNDS; i++) {
		inject_quietly(busy[i % 6].phys);
		usleep(50000);
		expect_at_work();
	}
	stop_work(pid);
	write_metadata();
	EXPECT(wait_for(nothing_is_bad, NULL, 10000), "not all is written");
	expect_mounts_again();
}
