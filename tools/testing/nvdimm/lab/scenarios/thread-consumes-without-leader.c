// SPDX-License-Identifier: GPL-2.0
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include "leader.h"

/* @p: a page in the middle of a mapping */
static void *consume_alone(void *p)
{
	struct sigbus got;

	EXPECT(wait_for(leader_is_zombie, NULL, 5000), "the leader lives");
	got = machine_check_load(p, LINE);
	EXPECT(got.taken, "no SIGBUS");
	EXPECT(got.code == BUS_MCEERR_AR, "si_code %d", got.code);
	EXPECT(got.addr == p, "si_addr %p, not %p", got.addr, p);
	EXPECT(got.lsb == 12, "si_addr_lsb %d", got.lsb);
	EXPECT(!addr_of(p), "the bad page is still mapped");
	EXPECT(touch(p).taken, "the bad page can be read");
	EXPECT(!touch(p - PAGE).taken && !touch(p + PAGE).taken,
	       "SIGBUS in a page beside it");
	_exit(0);
}

static void outlive_leader(char *p)
{
	int status;
	pthread_t t;
	pid_t pid = fork();

	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		EXPECT(!touch(p).taken, "SIGBUS");
		EXPECT(!pthread_create(&t, NULL, consume_alone, p), "no thread");
		pthread_exit(NULL);
	}
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	expect_child(status);
}

/* A machine check, and not a call of madvise(): the load would be repeated. */
SCENARIO("a thread without its leader that consumes a bad line is told",
	 .audit = "B11", .on = NFIT | E820, .stock = "fails: no SIGBUS")
{
	char *p;
	int fd;

	fd = new_file_of_2m_blocks("/mnt/f");
	p = map_file(fd, PMD, 0);
	EXPECT(addr_of(p + PMD - PAGE), "not mapped by 2 MiB");
	outlive_leader(p + 5 * PAGE);
	munmap(p, PMD);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
	p = map_new_file("mkfs.ext4", "dax", &fd);
	outlive_leader(p + PAGE);
}
