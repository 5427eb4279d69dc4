// SPDX-License-Identifier: GPL-2.0
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/swap.h>
#include <sys/uio.h>
#include "ram.h"

#define SWAP_PAGES	2048
#define LEN		(4 * PAGE)

/* A loop device, as the swap cache is not used with a device that is memory. */
static void make_swap(void)
{
	static char header[PAGE];
	uint32_t *info = (uint32_t *)(header + 1024);
	int fd, loop = open("/dev/loop0", O_RDWR);

	info[0] = 1;			/* version */
	info[1] = SWAP_PAGES - 1;	/* the last page */
	memcpy(header + PAGE - 10, "SWAPSPACE2", 10);
	make_fs("mkfs.ext4", "");
	fd = new_file("/mnt/swap", SWAP_PAGES * PAGE);
	EXPECT(pwrite(fd, header, PAGE, 0) == PAGE && !fsync(fd), "header: %m");
	EXPECT(loop >= 0 && !ioctl(loop, LOOP_SET_FD, fd), "loop0: %m");
	EXPECT(!swapon("/dev/loop0", 0), "swapon: %m");
}

/* The disk has it, too: nothing is lost. */
static void check_clean(void)
{
	char *p = anonymous(LEN);
	uint64_t phys;

	EXPECT(!madvise(p, LEN, MADV_PAGEOUT), "MADV_PAGEOUT: %m");
	EXPECT(!addr_of(p + PAGE), "the page is not swapped out");
	expect_letters(p, LEN, NO_PAGE);
	phys = addr_of(p + PAGE);
	EXPECT(page_has(phys, KPF_SWAPCACHE) && !page_has(phys, KPF_DIRTY),
	       "the page is not clean, in the swap cache");
	ram_mark();
	EXPECT(!catch_sigbus(hwpoison_page, p + PAGE).taken, "a signal");
	expect_action(phys, "clean swapcache page", RECOVERED);
	EXPECT(kmsg_has("keeping poisoned page in swap cache"), "the log");
	expect_bad_page(phys);
	expect_letters(p, LEN, NO_PAGE);
	EXPECT(addr_of(p + PAGE) != phys, "the bad page is mapped");
	expect_rc(unpoison(phys), 0, "unpoison");
	expect_counts(0, RECOVERED, 1);
}

/* While a pipe has it, it goes to the swap cache and not to the disk. */
static void check_dirty(void)
{
	char *p = anonymous(LEN);
	struct iovec one = { p + PAGE, PAGE };
	uint64_t phys = addr_of(p + PAGE);
	int fds[2];

	EXPECT(!pipe(fds), "pipe: %m");
	EXPECT(vmsplice(fds[1], &one, 1, 0) == PAGE, "vmsplice: %m");
	EXPECT(!madvise(p, LEN, MADV_PAGEOUT), "MADV_PAGEOUT: %m");
	EXPECT(!addr_of(p + PAGE), "the page is mapped");
	EXPECT(page_has(phys, KPF_SWAPCACHE) && page_has(phys, KPF_DIRTY),
	       "the page is not dirty, in the swap cache");
	close(fds[0]);
	close(fds[1]);
	ram_mark();
	expect_rc(corrupt(phys), 0, "corrupt");
	expect_action(phys, "dirty swapcache page", DELAYED);
	expect_bad_page(phys);
	expect_gone(p + PAGE);
	expect_letters(p, LEN, 1);
	expect_counts(1, DELAYED, 1);
}

SCENARIO("system RAM: bad pages in the swap cache: a clean one is read again, a dirty one SIGBUS",
	 .on = E820)
{
	make_swap();
	check_clean();
	check_dirty();
}
