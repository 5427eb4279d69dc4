// SPDX-License-Identifier: GPL-2.0
/* The example of Documentation/filesystems/dax.rst, as it stands there. */
#define main	sigbus_repair
#include "../../../selftests/dax/sigbus-repair.c"
#undef main
#include <sys/mount.h>
#include <sys/wait.h>
#include "hwpoison.h"

#define BAD	(PAGE + 3 * SECTOR)	/* of the file, a sector with a bad line */
#define LEN	(8 * PAGE)

static int new_copy(void)
{
	static char old[LEN];
	int fd = open("/copy", O_RDWR | O_CREAT | O_TRUNC, 0600);

	memset(old, 'o', LEN);
	EXPECT(fd >= 0 && write(fd, old, LEN) == LEN, "/copy: %m");
	return fd;
}

static void run_program(void)
{
	char *argv[] = { "sigbus-repair", "/mnt/f", "/copy", NULL };
	int status;
	pid_t pid = fork();

	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		signal(SIGBUS, SIG_DFL);
		_exit(sigbus_repair(3, argv));
	}
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	EXPECT(WIFEXITED(status), "the program dies of signal %d",
	       WTERMSIG(status));
	EXPECT(!WEXITSTATUS(status), "the program gives up");
}

/* What was lost is from the copy. */
static void expect_old(const char *p, size_t from, size_t len)
{
	EXPECT(all(p + from, 'o', len), "not restored at %zu", from);
}

/* What was not lost is as it was, and newer than the copy. */
static void expect_new(const char *p, size_t from, size_t to)
{
	EXPECT(all(p + from, 'a', to - from),
	       "good data has changed from %zu to %zu", from, to);
}

/* A line that is found, one that is consumed, and a page that is said to be bad. */
static void survive_all(const char *mkfs, const char *opts)
{
	char *p;
	int fd;

	make_fs(mkfs, opts);
	fd = new_file("/mnt/f", LEN);
	p = map_file(fd, LEN, 0);
	EXPECT(!fsync(fd), "fsync: %m");
	close(new_copy());

	machine_check_scrub(addr_of(p + BAD), LINE);
	EXPECT(machine_check_load(p + 4 * PAGE, LINE).taken, "no SIGBUS");
	hwpoison(p + 6 * PAGE);
	run_program();

	expect_new(p, 0, BAD);
	expect_old(p, BAD, SECTOR);
	expect_new(p, BAD + SECTOR, 4 * PAGE);
	expect_old(p, 4 * PAGE, SECTOR);
	expect_new(p, 4 * PAGE + SECTOR, 6 * PAGE);
	expect_old(p, 6 * PAGE, PAGE);
	expect_new(p, 7 * PAGE, LEN);
	munmap(p, LEN);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
}

SCENARIO("the documented program survives errors, and loses only bad sectors",
	 .on = NFIT | E820, .stock = "fails: the program gives up",
	 .stock_e820 = "fails: not restored at 5632")
{
	survive_all("mkfs.ext4", "dax");
	survive_all("mkfs.xfs", "dax=always");
}
