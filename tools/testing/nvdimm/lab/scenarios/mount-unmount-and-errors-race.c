// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "inject.h"

#define PAGES	64

static uint64_t phys;

static pid_t start(void (*fn)(void))
{
	pid_t pid = fork();

	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			fn();
	}
	return pid;
}

/* One error in the file, and now and then the repair of all of them. */
static void harm(void)
{
	static char buf[PAGES * PAGE] __attribute__((aligned(PAGE)));
	static unsigned int n;
	int fd;

	hwpoison_inject(CORRUPT, phys + n++ * 7 % PAGES * PAGE);
	if (n % 100)
		return;
	fd = open(pmem(), O_WRONLY | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		return;		/* the driver is gone */
	if (pwrite(fd, buf, sizeof(buf), phys - pmem_base()) < 0)
		usleep(1000);
	close(fd);
}

static void rebind(void)
{
	usleep(200000);
	unbind_pmem();
	bind_pmem();
}

static void use_file(void)
{
	int i, fd = open("/mnt/f", O_RDONLY | O_CLOEXEC);
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_SHARED, fd, 0);

	for (i = 0; i < PAGES && p != MAP_FAILED; i += 8)
		touch(p + i * PAGE);
	if (p != MAP_FAILED)
		munmap(p, PAGES * PAGE);
	close(fd);
}

static bool mounted(void *unused)
{
	(void)unused;
	return !mount(pmem(), "/mnt", "xfs", 0, "dax=always");
}

static void mount_and_unmount(unsigned int seconds)
{
	time_t end = time(NULL) + seconds;
	unsigned int mounts = 0;

	while (time(NULL) < end) {
		if (!mounted(NULL)) {
			usleep(10000);
			continue;
		}
		mounts++;
		use_file();
		EXPECT(!umount("/mnt"), "umount: %m");
	}
	note("%u times mounted and unmounted", mounts);
	EXPECT(mounts, "it cannot be mounted");
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The errors are in a file; the filesystem needs nothing of what is bad. */
SCENARIO("errors, then removal too, while XFS is mounted and unmounted: no harm",
	 .audit = "B24", .on = NFIT | E820,
	 .stock = "shuts the filesystem down or oopses in xfs_alloc_read_agf or hangs")
{
	pid_t harmful, binder;
	int fd;

	make_fs("mkfs.xfs -m rmapbt=1", "dax=always");
	fd = new_file("/mnt/f", PAGES * PAGE);
	phys = block_addr(fd, 0);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
	write_text("/proc/sys/kernel/printk", "5");
	harmful = start(harm);
	mount_and_unmount(5);
	binder = start(rebind);
	mount_and_unmount(5);
	stop(harmful);
	stop(binder);
	if (access(pmem(), F_OK))
		bind_pmem();
	EXPECT(wait_for(mounted, NULL, 10000), "it cannot be mounted: %m");
	EXPECT(!sh("touch /mnt/g"), "it cannot be used");
}
