// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lab.h"

/* The second page at @p of a file, which is mapped. */
static void consume(const volatile char *p, const char *fs)
{
	struct sigbus got = machine_check_load(p + PAGE, LINE);

	EXPECT(got.taken, "%s: no SIGBUS", fs);
	EXPECT(got.code == BUS_MCEERR_AR, "%s: si_code %d", fs, got.code);
	EXPECT(got.addr == p + PAGE, "%s: si_addr %p", fs, got.addr);
	got = touch(p + PAGE + 1024);
	EXPECT(got.taken, "%s: the bad page can be read", fs);
	EXPECT(got.code == BUS_MCEERR_AR, "%s: again: si_code %d", fs, got.code);
	EXPECT(all((void *)p, 'a', PAGE) &&
	       all((void *)(p + 2 * PAGE), 'a', 2 * PAGE),
	       "%s: the pages beside it have changed", fs);
}

static void on_ext2(void)
{
	static char buf[PAGE];
	char *p;
	int fd;

	p = map_new_file("mkfs.ext4 -t ext2", "dax", &fd);
	consume(p, "ext2");
	memset(buf, 'r', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, PAGE) == PAGE, "pwrite: %m");
	EXPECT(!touch(p + PAGE).taken && all(p + PAGE, 'r', PAGE),
	       "ext2: not repaired");
	munmap(p, 4 * PAGE);
	close(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
}

/* It cannot be written: what is lost stays lost, and is not mapped again. */
static void on_erofs(void)
{
	char *p;

	mkdir("/tree", 0755);
	close(new_file("/tree/f", 4 * PAGE));
	EXPECT(!sh("mkfs.erofs %s /tree >/tmp/log 2>&1", pmem()), "mkfs.erofs");
	EXPECT(!mount(pmem(), "/mnt", "erofs", MS_RDONLY, "dax"), "mount: %m");
	p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED,
		 open("/mnt/f", O_RDONLY), 0);
	EXPECT(!touch(p + PAGE).taken, "SIGBUS");
	consume(p, "erofs");
}

SCENARIO("a bad line of a file of ext2 or erofs brings SIGBUS for its page",
	 .audit = "B14", .on = NFIT | E820,
	 .stock_e820 = "fails: ext2: the bad page can be read")
{
	on_ext2();
	on_erofs();
}
