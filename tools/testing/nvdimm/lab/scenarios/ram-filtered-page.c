// SPDX-License-Identifier: GPL-2.0
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "ram.h"

static void filter(const char *what, unsigned int value)
{
	char path[80], text[16];

	snprintf(path, sizeof(path), "/sys/kernel/debug/hwpoison/corrupt-filter-%s",
		 what);
	snprintf(text, sizeof(text), "%u", value);
	expect_rc(write_text(path, text), 0, path);
}

/* Tests limit themselves to one filesystem with it. */
SCENARIO("system RAM: a simulated error that the filter excludes changes nothing",
	 .on = E820)
{
	char *p = anonymous(4 * PAGE), *f;
	uint64_t phys = addr_of(p + PAGE), file;
	struct stat st;
	int fd;

	f = map_cached("mkfs.ext4", &fd);
	memset(f, 'X', PAGE);
	file = addr_of(f);
	EXPECT(!fstat(fd, &st), "fstat: %m");
	filter("dev-major", major(st.st_dev));
	filter("dev-minor", minor(st.st_dev));
	filter("enable", 1);

	ram_mark();
	EXPECT(!catch_sigbus(hwpoison_page, p + PAGE).taken, "a signal");
	expect_rc(corrupt(phys), 0, "corrupt");
	EXPECT(!kmsg_has("recovery action for"), "a page has failed");
	expect_corrupted(0);
	expect_good_page(phys);
	EXPECT(addr_of(p + PAGE) == phys, "the page is not mapped");
	expect_letters(p, 4 * PAGE, NO_PAGE);

	expect_sigbus(hwpoison(f), f, 12, "madvise of the file");
	expect_action(file, "dirty LRU page", RECOVERED);
}
