// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of memory errors in DAX devices - what processes see, and what the machine
 * says.  See dax_test.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dax_test.h"

/* ---- files ----------------------------------------------------------------- */

int dax_read_text(const char *path, char *buf, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (used < len - 1) {
		n = read(fd, buf + used, len - 1 - used);
		if (n <= 0)
			break;
		used += n;
	}
	n = n < 0 ? -errno : 0;
	close(fd);
	buf[used] = 0;
	return n;
}

int dax_write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

int dax_run(const char *fmt, ...)
{
	static const char quiet[] = " >/dev/null 2>&1";
	char command[PATH_MAX + 200];
	const int max = sizeof(command) - sizeof(quiet);
	va_list ap;
	int n, rc;

	va_start(ap, fmt);
	n = vsnprintf(command, max, fmt, ap);
	va_end(ap);
	if (n < 0 || n >= max)
		return 255;
	memcpy(command + n, quiet, sizeof(quiet));
	rc = system(command);
	return WIFEXITED(rc) ? WEXITSTATUS(rc) : 255;
}

/* ---- SIGBUS ---------------------------------------------------------------- */

static sigjmp_buf sigbus_jump;
static sig_atomic_t sigbus_wanted;
static struct dax_sigbus sigbus_seen;
static struct dax_child *self;		/* in the child */

/*
 * BUS_MCEERR_AO is not for what this process is doing, whatever that is.  Any other
 * is, or it is an accident: let it happen again, without this handler.
 */
static void on_sigbus(int sig, siginfo_t *si, void *context)
{
	struct dax_sigbus seen = {
		.taken = true, .code = si->si_code, .addr = si->si_addr,
		.lsb = si->si_addr_lsb,
	};

	(void)context;
	if (si->si_code == BUS_MCEERR_AO) {
		if (self) {
			self->signal = seen;
			self->signals++;
		}
		return;
	}
	if (__atomic_exchange_n(&sigbus_wanted, 0, __ATOMIC_SEQ_CST)) {
		sigbus_seen = seen;
		siglongjmp(sigbus_jump, 1);
	}
	signal(sig, SIG_DFL);
}

static void catch_sigbus(void)
{
	struct sigaction action = {
		.sa_flags = SA_SIGINFO, .sa_sigaction = on_sigbus,
	};

	sigaction(SIGBUS, &action, NULL);
}

enum access { LOAD, STORE, HWPOISON };

static struct dax_sigbus do_access(enum access how, char *p, char c, int *error)
{
	catch_sigbus();
	sigbus_seen = (struct dax_sigbus){ .taken = false };
	__atomic_store_n(&sigbus_wanted, 1, __ATOMIC_SEQ_CST);
	if (!sigsetjmp(sigbus_jump, 1)) {
		switch (how) {
		case LOAD:
			__atomic_load_n(p, __ATOMIC_SEQ_CST);
			break;
		case STORE:
			__atomic_store_n(p, c, __ATOMIC_SEQ_CST);
			break;
		case HWPOISON:
			if (madvise(p, dax_page_size(), MADV_HWPOISON))
				*error = -errno;
			break;
		}
	}
	__atomic_store_n(&sigbus_wanted, 0, __ATOMIC_SEQ_CST);
	return sigbus_seen;
}

struct dax_sigbus dax_load(const char *p)
{
	return do_access(LOAD, (char *)p, 0, NULL);
}

struct dax_sigbus dax_store(char *p, char c)
{
	return do_access(STORE, p, c, NULL);
}

struct dax_sigbus dax_madvise_hwpoison(char *p, int *error)
{
	*error = 0;
	return do_access(HWPOISON, p, 0, error);
}

/* ---- another process ------------------------------------------------------- */

enum { STARTS, READY, LOOKS, FAILED };

static void set_stage(struct dax_child *child, int stage)
{
	__atomic_store_n(&child->stage, stage, __ATOMIC_RELEASE);
}

static bool wait_stage(struct dax_child *child, int stage)
{
	int i, now;

	for (i = 0; i < 60000; i++) {
		now = __atomic_load_n(&child->stage, __ATOMIC_ACQUIRE);
		if (now == stage || now == FAILED)
			break;
		usleep(1000);
	}
	return now == stage;
}

static void be_child(struct dax_child *child, int fd, off_t off, size_t len,
		     bool early)
{
	size_t at;
	char *p;

	self = child;
	catch_sigbus();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (prctl(PR_MCE_KILL, PR_MCE_KILL_SET,
		  early ? PR_MCE_KILL_EARLY : PR_MCE_KILL_LATE, 0, 0))
		return;
	child->map = dax_map(fd, off, len);
	if (!child->map)
		return;
	p = child->map;
	for (at = 0; at < len; at += dax_page_size())
		__atomic_load_n(p + at, __ATOMIC_SEQ_CST);
	set_stage(child, READY);
	if (!wait_stage(child, LOOKS))
		return;
	child->bad = dax_load(p + child->at);
	child->before = dax_load(p + child->at - 1);
	child->after = dax_load(p + child->at + dax_page_size());
	_exit(0);
}

#define MAX_CHILDREN	4
static struct dax_child *children[MAX_CHILDREN];

static struct dax_child *new_child(void)
{
	struct dax_child *child = mmap(NULL, sizeof(*child),
				       PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int i;

	for (i = 0; child != MAP_FAILED && i < MAX_CHILDREN; i++)
		if (!children[i])
			return children[i] = child;
	return NULL;
}

struct dax_child *dax_child_start(int fd, off_t off, size_t len, bool early)
{
	struct dax_child *child = new_child();
	pid_t pid;

	if (!child)
		return NULL;
	pid = fork();
	if (!pid) {
		be_child(child, fd, off, len, early);
		set_stage(child, FAILED);
		_exit(1);
	}
	child->pid = pid;
	return pid > 0 && wait_stage(child, READY) ? child : NULL;
}

int dax_child_look(struct dax_child *child, size_t at)
{
	int status;

	child->at = at;
	set_stage(child, LOOKS);
	if (waitpid(child->pid, &status, 0) != child->pid)
		return -errno;
	child->pid = 0;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ECHILD;
}

static void end_children(void)
{
	int i;

	for (i = 0; i < MAX_CHILDREN; i++) {
		if (!children[i] || children[i]->pid <= 0)
			continue;
		kill(children[i]->pid, SIGKILL);
		waitpid(children[i]->pid, NULL, 0);
		children[i]->pid = 0;
	}
}

/* ---- the machine ----------------------------------------------------------- */

size_t dax_page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

bool dax_all(const char *p, char c, size_t len)
{
	while (len--)
		if (*p++ != c)
			return false;
	return true;
}

#define MAX_MAPS	8
static struct {
	char *room;
	size_t len;
} maps[MAX_MAPS];
static unsigned int nr_maps;

char *dax_map(int fd, off_t off, size_t len)
{
	size_t align = len > PMD_BYTES ? len : PMD_BYTES;
	char *room, *p;

	if (nr_maps == MAX_MAPS)
		return NULL;
	room = mmap(NULL, len + align, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return NULL;
	maps[nr_maps].room = room;
	maps[nr_maps++].len = len + align;
	p = (char *)(((uintptr_t)room + align - 1) & -align);
	p = mmap(p, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, off);
	return p == MAP_FAILED ? NULL : p;
}

void dax_let_go(void)
{
	end_children();
	while (nr_maps) {
		nr_maps--;
		munmap(maps[nr_maps].room, maps[nr_maps].len);
	}
}

/* Documentation/admin-guide/mm/pagemap.rst: bit 63 present, bits 0-54 pfn. */
uint64_t dax_phys(const void *p)
{
	size_t page = dax_page_size();
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;

	if (fd < 0)
		return 0;
	if (pread(fd, &entry, sizeof(entry),
		  (uintptr_t)p / page * sizeof(entry)) != sizeof(entry))
		entry = 0;
	close(fd);
	if (!(entry >> 63))
		return 0;
	return (entry & ((1ULL << 55) - 1)) * page + (uintptr_t)p % page;
}

bool dax_mapped_huge(const char *p)
{
	struct page_region region = { .start = 0 };
	struct pm_scan_arg arg = {
		.size = sizeof(arg), .start = (uintptr_t)p,
		.end = (uintptr_t)p + dax_page_size(),
		.vec = (uintptr_t)&region, .vec_len = 1,
		.category_mask = PAGE_IS_PRESENT | PAGE_IS_HUGE,
		.return_mask = PAGE_IS_PRESENT | PAGE_IS_HUGE,
	};
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	int n;

	if (fd < 0)
		return false;
	n = ioctl(fd, PAGEMAP_SCAN, &arg);
	close(fd);
	return n == 1;
}

/* Of all nodes that have the statistics; a kernel without CONFIG_NUMA has none. */
static int count_failures(uint64_t *total)
{
	char path[PATH_MAX], text[64];
	struct dirent *entry;
	int rc = -ENODATA;
	DIR *d;

	*total = 0;
	d = opendir("/sys/devices/system/node");
	if (!d)
		return rc;
	while ((entry = readdir(d))) {
		snprintf(path, sizeof(path),
			 "/sys/devices/system/node/%s/memory_failure/total",
			 entry->d_name);
		if (dax_read_text(path, text, sizeof(text)))
			continue;
		*total += strtoull(text, NULL, 0);
		rc = 0;
	}
	closedir(d);
	return rc;
}

int dax_counters(struct dax_counters *c)
{
	static const char name[] = "HardwareCorrupted:";
	char text[8192], *line;
	int rc = dax_read_text("/proc/meminfo", text, sizeof(text));

	if (rc)
		return rc;
	line = strstr(text, name);
	if (!line)
		return -ENOENT;
	c->corrupted = strtoull(line + strlen(name), NULL, 10) << 10;
	return count_failures(&c->total);
}
