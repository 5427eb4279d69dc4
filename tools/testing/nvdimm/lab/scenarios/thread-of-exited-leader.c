// SPDX-License-Identifier: GPL-2.0
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include "hwpoison.h"
#include "leader.h"

static void *outlive_leader(void *p)
{
	EXPECT(wait_for(leader_is_zombie, NULL, 5000), "the leader lives");
	EXPECT(hwpoison(p + PAGE).addr == p + PAGE, "another address");
	EXPECT(!addr_of(p + PAGE), "the bad page is still mapped");
	EXPECT(touch(p + PAGE).taken, "the bad page can be read");
	EXPECT(!touch(p).taken, "SIGBUS in the page before it");
	_exit(0);
}

static void try_on(const char *mkfs, const char *opts)
{
	int fd, status;
	pthread_t t;
	pid_t pid;
	char *p;

	p = map_new_file(mkfs, opts, &fd);
	pid = fork();
	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		EXPECT(!touch(p + PAGE).taken, "SIGBUS");
		EXPECT(!pthread_create(&t, NULL, outlive_leader, p), "no thread");
		pthread_exit(NULL);
	}
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	expect_child(status);
	munmap(p, 4 * PAGE);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
}

/* Its memory is the same, but the leader does not lead to it any more. */
SCENARIO("a thread whose leader has exited is told of its bad page",
	 .audit = "B11", .on = NFIT | E820, .stock = "fails: no SIGBUS")
{
	try_on("mkfs.ext4", "dax");
	try_on("mkfs.xfs -m rmapbt=1", "dax=always");
}
