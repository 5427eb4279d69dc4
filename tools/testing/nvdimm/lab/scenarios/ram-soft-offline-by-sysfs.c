// SPDX-License-Identifier: GPL-2.0
#include "ram-huge.h"

static int soft_offline(uint64_t phys)
{
	char text[32];

	snprintf(text, sizeof(text), "%#llx", (unsigned long long)phys);
	return write_text("/sys/devices/system/memory/soft_offline_page", text);
}

static void expect_offline(uint64_t phys)
{
	expect_corrupted(1);
	expect_bad_page(phys);
	EXPECT(!kmsg_has("recovery action for"), "a page has failed");
	expect_rc(soft_offline(phys), 0, "soft offline again");
	expect_corrupted(1);
	expect_rc(unpoison(phys), 0, "unpoison");
	expect_corrupted(0);
}

static void check_free(void)
{
	uint64_t phys = free_page();

	ram_mark();
	expect_rc(soft_offline(phys), 0, "soft offline of a free page");
	expect_offline(phys);
}

/* One that is mapped and dirty moves, one that is neither is dropped. */
static void check_file(void)
{
	static char buf[FILE_PAGES * PAGE];
	uint64_t dirty, clean;
	char *p;
	int fd;

	p = map_cached("mkfs.ext4", &fd);
	memset(p + 5 * PAGE, 'X', PAGE);
	dirty = addr_of(p + 5 * PAGE);
	ram_mark();
	expect_rc(soft_offline(dirty), 0, "soft offline of a dirty page");
	EXPECT(addr_of(p + 5 * PAGE) != dirty, "the dirty page has not moved");
	expect_offline(dirty);
	EXPECT(!fsync(fd), "fsync: %m");

	clean = addr_of(p + 6 * PAGE);
	munmap(p, FILE_PAGES * PAGE);
	sync();
	ram_mark();
	expect_rc(soft_offline(clean), 0, "soft offline of a clean page");
	EXPECT(kmsg_has("invalidated"), "the clean page is not dropped");
	expect_offline(clean);

	drop_caches();
	EXPECT(pread(fd, buf, sizeof(buf), 0) == sizeof(buf), "pread: %m");
	EXPECT(all(buf + 5 * PAGE, 'X', PAGE), "dirty data is lost");
	expect_letters(buf, sizeof(buf), 5);
}

static void check_thp(void)
{
	char *p = map_thp(true);
	uint64_t phys = addr_of(p);

	ram_mark();
	expect_rc(soft_offline(phys + 5 * PAGE), 0, "soft offline of a part");
	expect_letters(p, PMD, NO_PAGE);
	EXPECT(addr_of(p + 5 * PAGE) != phys + 5 * PAGE, "it has not moved");
	EXPECT(addr_of(p + 6 * PAGE) == phys + 6 * PAGE, "another has moved");
	expect_only_bad(phys, 5);
	expect_offline(phys + 5 * PAGE);
}

static void check_hugetlb(void)
{
	uint64_t phys;
	char *p;

	make_huge_pages();
	p = map_huge();
	phys = addr_of(p);
	ram_mark();
	expect_rc(soft_offline(phys + 5 * PAGE), 0, "soft offline of a huge page");
	expect_letters(p, PMD, NO_PAGE);
	EXPECT(addr_of(p) != phys && addr_of(p) % PMD == 0, "it has not moved");
	expect_huge_pages(HUGE_PAGES - 1, HUGE_PAGES - 2);
	expect_only_bad(phys, 5);
	expect_offline(phys + 5 * PAGE);
}

static void check_switch(void)
{
	char *p = anonymous(PAGE);
	uint64_t phys = addr_of(p);

	expect_rc(write_text("/proc/sys/vm/enable_soft_offline", "0"), 0,
		  "enable_soft_offline");
	ram_mark();
	expect_rc(soft_offline(phys), -EOPNOTSUPP, "soft offline, disabled");
	EXPECT(addr_of(p) == phys, "the page has moved");
	expect_good_page(phys);
	expect_corrupted(0);
}

SCENARIO("system RAM: soft offline of free, file, huge pages: data kept, counted, taken back",
	 .on = E820)
{
	check_free();
	check_file();
	check_thp();
	check_hugetlb();
	check_switch();
	/* What is not memory of the page allocator has no soft offline. */
	ram_mark();
	expect_rc(soft_offline(pmem_base()), -EIO, "soft offline of pmem");
	expect_corrupted(0);
}
