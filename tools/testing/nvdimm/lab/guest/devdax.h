/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The persistent memory as a character device, /dev/dax0.0 (device-dax), and as
 * ordinary memory (kmem).  There is no /dev/pmem0 then.
 */
#ifndef LAB_DEVDAX_H
#define LAB_DEVDAX_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "dsm.h"
#include "memory-block.h"

#define DAX		"dax0.0"
#define DAX_PATH	"/dev/" DAX
#define DAX_SYS		"/sys/bus/dax/devices/" DAX
#define DAX_LEN		PMD			/* that is mapped and filled */

/* What goes bad: a line of one sector of a page, all by their offset. */
#define BAD_PAGE	(5 * PAGE)
#define BAD_SECTOR	(BAD_PAGE + 3 * SECTOR)
#define BAD_LINE	(BAD_SECTOR + 128)

/* ---- the device ---------------------------------------------------------- */

static inline uint64_t dax_base(void)
{
	return read_u64(DAX_SYS "/resource");
}

static inline uint64_t dax_size(void)
{
	return read_u64(DAX_SYS "/size");
}

static inline bool dax_is_there(void *unused)
{
	(void)unused;
	return !access(DAX_PATH, F_OK);
}

/* The whole of the memory, mapped by @align: PAGE or PMD. */
static inline void make_dax(size_t align)
{
	ndctl("create-namespace -f -e namespace0.0 -m devdax -M mem -a %zu", align);
	EXPECT(wait_for(dax_is_there, NULL, 5000), "no " DAX_PATH);
	EQUAL("align", read_u64(DAX_SYS "/align"), align);
}

static inline int open_dax(void)
{
	int fd = open(DAX_PATH, O_RDWR | O_CLOEXEC);

	EXPECT(fd >= 0, DAX_PATH ": %m");
	return fd;
}

static inline void dax_driver(const char *what)
{
	char path[80];
	int rc;

	snprintf(path, sizeof(path), "/sys/bus/dax/drivers/device_dax/%s", what);
	rc = write_text(path, DAX);
	EXPECT(!rc, "%s " DAX ": %s", what, strerror(-rc));
}

static inline void unbind_dax(void)
{
	dax_driver("unbind");
}

static inline void bind_dax(void)
{
	dax_driver("bind");
	EXPECT(wait_for(dax_is_there, NULL, 5000), "no " DAX_PATH);
}

/* ---- mappings ------------------------------------------------------------ */

/* At @off of it, where one entry can map 2 MiB; nothing is touched. */
static inline char *map_dax_at(int fd, off_t off)
{
	static char *at = (char *)0x500000000000UL;
	char *p = mmap(at, DAX_LEN, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_FIXED_NOREPLACE, fd, off);

	EXPECT(p == at, "mmap: %m");
	at += 2 * PMD;
	return p;
}

static inline char *map_dax(int fd)
{
	return map_dax_at(fd, 0);
}

/* A new device, the first 2 MiB of it mapped and 'a'. */
static inline char *new_dax(size_t align, int *fd)
{
	char *p;

	make_dax(align);
	*fd = open_dax();
	p = map_dax(*fd);
	memset(p, 'a', DAX_LEN);
	return p;
}

/* ---- errors -------------------------------------------------------------- */

/* A scrubber finds a bad line at @phys, which is in the device. */
static inline void find_bad_line(uint64_t phys)
{
	machine_check_scrub(phys, LINE);
	/* Not every kernel does either; that may be the defect. */
	wait_until_confined(phys & -PAGE);
	usleep(100000);
}

/* The firmware's scrub finds an error at @phys, which is all that is bad. */
static inline void firmware_finds(uint64_t phys)
{
	wait_scrub();
	EQUAL("inject", inject(phys, ERROR_UNIT, 0), DSM_OK);
	start_scrub();
	wait_scrub();
	EQUAL("bad sectors of the region", region_bad_sectors(), 1);
}

/* That, in a new device of which the first 2 MiB are mapped and 'a'. */
static inline char *new_dax_with_bad_line(size_t align, int *fd)
{
	char *p = new_dax(align, fd);

	find_bad_line(dax_base() + BAD_LINE);
	return p;
}

/* @got is of the page at @p, and of no more than that. */
static inline void expect_names(struct sigbus got, const char *p, const char *who)
{
	const char *at = got.addr;

	EXPECT(got.code == BUS_MCEERR_AR, "%s: si_code %d", who, got.code);
	EXPECT(at >= p && at < p + PAGE, "%s: si_addr %p, not in the page at %p",
	       who, at, p);
	EXPECT(got.lsb == 12, "%s: si_addr_lsb %d", who, got.lsb);
}

/* The device is mapped at @p: its bad page is refused, and none beside it. */
static inline void expect_refused(char *p, const char *who)
{
	char *bad = p + BAD_PAGE;
	struct sigbus got;
	size_t at;

	got = touch(bad + 100);
	EXPECT(got.taken, "%s: the bad page can be read", who);
	expect_names(got, bad, who);
	got = store(bad + 100, 'x');
	EXPECT(got.taken, "%s: the bad page can be written", who);
	expect_names(got, bad, who);
	EXPECT(!addr_of(bad), "%s: the bad page is mapped", who);
	for (at = 0; at < DAX_LEN; at += PAGE)
		EXPECT(at == BAD_PAGE || (!touch(p + at).taken &&
					  !store(p + at + 1, 'a').taken),
		       "%s: SIGBUS in the good page at %#zx", who, at);
}

/* That, in a new mapping, of @off. */
static inline void expect_refused_at(off_t off, const char *who)
{
	int fd = open_dax();
	char *p = map_dax_at(fd, off);

	expect_refused(p, who);
	munmap(p, DAX_LEN);
	close(fd);
}

static inline void expect_refused_anew(const char *who)
{
	expect_refused_at(0, who);
}

/* The device is mapped at @p, and has nothing bad any more. */
static inline void expect_no_signal(const char *p, const char *who)
{
	size_t at;

	for (at = 0; at < DAX_LEN; at += PAGE)
		EXPECT(!touch(p + at).taken, "%s: SIGBUS at %#zx", who, at);
}

/* @fn with @arg in a process of its own. */
static inline void in_other_process(void (*fn)(const char *arg), const char *arg)
{
	pid_t pid = fork();
	int status;

	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		fn(arg);
		_exit(0);
	}
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	expect_child(status);
}

/* ---- its badblocks: sectors of 512 bytes, from the start of the device --- */

static inline uint64_t dax_bad_sectors(uint64_t first, uint64_t last)
{
	static char text[PAGE];
	unsigned long long from, n;
	uint64_t bad = 0;
	char *line, *save;
	int rc = read_text(DAX_SYS "/badblocks", text, sizeof(text));

	EXPECT(rc >= 0, DAX_SYS "/badblocks: %s", strerror(-rc));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		EXPECT(sscanf(line, "%llu %llu", &from, &n) == 2, "badblocks: %s",
		       line);
		for (; n; n--, from++)
			bad += from >= first && from <= last;
	}
	return bad;
}

/* That sector and no other, with find_bad_line(BAD_LINE). */
static inline void expect_dax_badblock(void)
{
	EQUAL("bad sectors", dax_bad_sectors(0, -1ULL), 1);
	EQUAL("the bad one", dax_bad_sectors(BAD_SECTOR / SECTOR,
					     BAD_SECTOR / SECTOR), 1);
}

static inline void expect_no_dax_badblock(void)
{
	EQUAL("bad sectors", dax_bad_sectors(0, -1ULL), 0);
}

/* ---- as ordinary memory -------------------------------------------------- */

/* 2 MiB of the device that begin a block; the block after the first whole one. */
static inline off_t dax_off_of_block(void)
{
	uint64_t base = dax_base();

	return ((base + MEMORY_BLOCK - 1) & -MEMORY_BLOCK) + MEMORY_BLOCK - base;
}

static inline void dax_to_ram(void)
{
	EXPECT(!sh("daxctl reconfigure-device -m system-ram " DAX " >/tmp/log 2>&1"),
	       "daxctl reconfigure-device -m system-ram");
}

static inline void ram_to_dax(void)
{
	EXPECT(!sh("daxctl reconfigure-device -f -m devdax " DAX " >/tmp/log 2>&1"),
	       "daxctl reconfigure-device -m devdax");
	EXPECT(wait_for(dax_is_there, NULL, 5000), "no " DAX_PATH);
}

#endif
