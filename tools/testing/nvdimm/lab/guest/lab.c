// SPDX-License-Identifier: GPL-2.0
/*
 * The pmem lab - the words that scenarios are written in (lab.h).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lab.h"
#include "proto.h"

struct lab_shared *lab_shared;
int lab_pipe = -1;

/* ---- verdicts ----------------------------------------------------------- */

static void tell(const char *kind, const char *fmt, va_list ap)
{
	char text[400], *p;

	vsnprintf(text, sizeof(text), fmt, ap);
	for (p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	if (lab_pipe >= 0)
		dprintf(lab_pipe, "%s %s\n", kind, text);
	else
		fprintf(stderr, "%s: %s\n", kind, text);
}

void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell("fail", fmt, ap);
	va_end(ap);
	_exit(1);
}

void skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell("skip", fmt, ap);
	va_end(ap);
	_exit(0);
}

void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell("note", fmt, ap);
	va_end(ap);
}

void expect_child(int status)
{
	if (WIFSIGNALED(status))
		fail("a child is killed by signal %d", WTERMSIG(status));
	if (status)
		_exit(1);	/* it has told why */
}

/* ---- small files -------------------------------------------------------- */

int read_text(const char *path, char *buf, size_t len)
{
	int fd = open(path, O_RDONLY);
	size_t used = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = read(fd, buf + used, len - 1 - used);
		if (n < 0)
			n = -errno;
		else
			used += n;
	} while (n > 0 && used < len - 1);
	close(fd);
	if (n < 0)
		return n;
	buf[used] = 0;
	return used;
}

int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

uint64_t read_u64(const char *fmt, ...)
{
	char path[200], text[64];
	va_list ap;
	int rc;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	rc = read_text(path, text, sizeof(text));
	if (rc < 0)
		fail("%s: %s", path, strerror(-rc));
	return strtoull(text, NULL, 0);
}

int sh(const char *fmt, ...)
{
	char cmd[1000];
	va_list ap;
	int rc;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	rc = system(cmd);
	if (rc < 0 || WIFSIGNALED(rc))
		return 255;
	return WEXITSTATUS(rc);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* Some conditions take long to look at; on a slow machine all do. */
bool wait_for(bool (*cond)(void *), void *arg, unsigned int ms)
{
	uint64_t end = now_ms() + 2 * ms;
	unsigned int i;

	for (i = 0; i < ms / 100 || (i < ms / 10 && now_ms() < end); i++) {
		if (cond(arg))
			return true;
		usleep(10000);
	}
	return cond(arg);
}

/* ---- the console -------------------------------------------------------- */

static char kmsg_text[1 << 18];
static size_t kmsg_used;
static int kmsg_fd = -1;

void kmsg_mark(void)
{
	if (kmsg_fd >= 0)
		close(kmsg_fd);
	kmsg_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg_fd < 0 || lseek(kmsg_fd, 0, SEEK_END) < 0)
		fail("/dev/kmsg: %s", strerror(errno));
	kmsg_used = 0;
	kmsg_text[0] = 0;
}

static void read_kmsg(void)
{
	for (;;) {
		size_t room = sizeof(kmsg_text) - kmsg_used - 1;
		ssize_t n = read(kmsg_fd, kmsg_text + kmsg_used, room);

		if (n < 0 && errno == EPIPE)	/* overwritten; go on */
			continue;
		if (n <= 0)
			break;
		kmsg_used += n;
		kmsg_text[kmsg_used] = 0;
	}
}

unsigned int kmsg_count(const char *text)
{
	unsigned int n = 0;
	const char *at;

	read_kmsg();
	for (at = kmsg_text; (at = strstr(at, text)); at += strlen(text))
		n++;
	return n;
}

bool kmsg_has(const char *text)
{
	read_kmsg();
	return strstr(kmsg_text, text);
}

/* Documentation/ABI/testing/dev-kmsg: a record is "priority,sequence,...". */
uint64_t kmsg_seq(void)
{
	int fd = open("/dev/kmsg", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	unsigned long long seq;
	char record[512] = "";

	EXPECT(fd >= 0 && lseek(fd, 0, SEEK_END) >= 0 &&
	       write(fd, "lab\n", 4) == 4 &&
	       read(fd, record, sizeof(record) - 1) > 0 &&
	       sscanf(record, "%*u,%llu", &seq) == 1, "/dev/kmsg: %m");
	close(fd);
	return seq;
}

/* ---- the persistent memory ---------------------------------------------- */

enum machine machine(void)
{
	static enum machine kind;
	char text[64];

	if (!kind)
		kind = read_text("/sys/bus/nd/devices/ndbus0/provider", text,
				 sizeof(text)) > 0 && !strncmp(text, "ACPI", 4)
			? NFIT : E820;
	return kind;
}

const char *pmem(void)
{
	return "/dev/pmem0";
}

/* The nd device that the pmem driver is bound to, e.g. "pfn0.0". */
static const char *pmem_nd(void)
{
	static char name[64];
	char link[400], *p;
	ssize_t n;

	if (name[0])
		return name;
	n = readlink("/sys/block/pmem0/device", link, sizeof(link) - 1);
	if (n < 0)
		fail("/sys/block/pmem0/device: %s", strerror(errno));
	link[n] = 0;
	p = strrchr(link, '/');
	snprintf(name, sizeof(name), "%s", p ? p + 1 : link);
	return name;
}

uint64_t pmem_base(void)
{
	static uint64_t base;

	if (!base)
		base = read_u64("/sys/bus/nd/devices/%s/resource", pmem_nd());
	return base;
}

uint64_t pmem_size(void)
{
	return read_u64("/sys/block/pmem0/size") * SECTOR;
}

/* Sectors of the record from @first to @last. */
static uint64_t bad_sectors(uint64_t first, uint64_t last)
{
	static char text[16 * PAGE];
	char *line, *save;
	uint64_t bad = 0;

	if (read_text("/sys/block/pmem0/badblocks", text, sizeof(text)) < 0)
		return 0;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		unsigned long long from, to, n;

		if (sscanf(line, "%llu %llu", &from, &n) != 2)
			continue;
		to = from + n - 1;
		from = from < first ? first : from;
		to = to > last ? last : to;
		if (from <= to)
			bad += to - from + 1;
	}
	return bad;
}

bool has_badblock(uint64_t first, uint64_t last)
{
	return bad_sectors(first, last);
}

unsigned int count_bad(uint64_t sector, unsigned int n)
{
	return bad_sectors(sector, sector + n - 1);
}

bool is_bad(uint64_t sector, unsigned int n)
{
	unsigned int bad = count_bad(sector, n);

	if (bad && bad != n)
		fail("%u of %u sectors from %llu on are in badblocks", bad, n,
		     (unsigned long long)sector);
	return bad;
}

static bool sector_is_bad(void *sector)
{
	return is_bad(*(uint64_t *)sector, 1);
}

bool wait_for_badblock(uint64_t sector)
{
	return wait_for(sector_is_bad, &sector, 10000);
}

void set_badblock(uint64_t sector, unsigned int n)
{
	char text[64];
	int rc;

	snprintf(text, sizeof(text), "%llu %u", (unsigned long long)sector, n);
	rc = write_text("/sys/block/pmem0/badblocks", text);
	EXPECT(!rc, "badblocks: %s", strerror(-rc));
}

static void nd_pmem(const char *what)
{
	char path[80];
	int rc;

	pmem_base();	/* not to be had later */
	snprintf(path, sizeof(path), "/sys/bus/nd/drivers/nd_pmem/%s", what);
	rc = write_text(path, pmem_nd());
	EXPECT(!rc, "%s %s: %s", what, pmem_nd(), strerror(-rc));
}

void unbind_pmem(void)
{
	nd_pmem("unbind");
}

void bind_pmem(void)
{
	nd_pmem("bind");
}

/* ---- files -------------------------------------------------------------- */

void make_fs(const char *mkfs, const char *opts)
{
	make_fs_on(pmem(), "/mnt", mkfs, opts);
}

void make_fs_on(const char *dev, const char *dir, const char *mkfs,
		const char *opts)
{
	bool ext = strstr(mkfs, "ext");
	bool xfs = strstr(mkfs, "xfs");
	const char *type = xfs ? "xfs" : strstr(mkfs, "ext2") ? "ext2" : "ext4";

	/* Twice: even if the name of the device stands in /proc/mounts. */
	EXPECT(!sh("%s %s %s >/tmp/mkfs.log 2>&1", mkfs, ext ? "-F -F -q" : "-f",
		   dev), "%s failed", mkfs);
	mkdir(dir, 0755);
	EXPECT(!mount(dev, dir, type, 0, opts), "mount -o %s: %s", opts,
	       strerror(errno));
}

int new_file(const char *path, size_t len)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	char *buf = malloc(PMD);
	size_t done;

	EXPECT(fd >= 0, "%s: %s", path, strerror(errno));
	EXPECT(buf, "out of memory");
	EXPECT(!posix_fallocate(fd, 0, len), "fallocate %s", path);
	memset(buf, 'a', PMD);
	for (done = 0; done < len; ) {
		size_t n = len - done < PMD ? len - done : PMD;

		EXPECT(write(fd, buf, n) == (ssize_t)n, "write %s: %s", path,
		       strerror(errno));
		done += n;
	}
	free(buf);
	EXPECT(!fsync(fd), "fsync %s: %s", path, strerror(errno));
	return fd;
}

int new_file_of_2m_blocks(const char *path)
{
	int fd;

	make_fs("mkfs.xfs -m rmapbt=1 -d su=2m,sw=1", "dax=always");
	EXPECT(!sh("xfs_io -c 'extsize 2m' /mnt"), "extsize");
	fd = new_file(path, 2 * PMD);
	EXPECT(!(block_addr(fd, 0) % PMD), "%s is not aligned to 2 MiB", path);
	return fd;
}

uint64_t block_addr(int fd, off_t off)
{
	struct {
		struct fiemap map;
		struct fiemap_extent ext;
	} f = { .map = {
		.fm_start = off, .fm_length = 1, .fm_extent_count = 1,
		.fm_flags = FIEMAP_FLAG_SYNC,
	} };

	EXPECT(!ioctl(fd, FS_IOC_FIEMAP, &f), "fiemap: %s", strerror(errno));
	EXPECT(f.map.fm_mapped_extents == 1, "fiemap: a hole at %lld",
	       (long long)off);
	return pmem_base() + f.ext.fe_physical + (off - f.ext.fe_logical);
}

void *map_file(int fd, size_t len, off_t off)
{
	/* An address that a PMD entry can map, when the blocks are aligned too. */
	char *want = (char *)0x200000000000UL + off % PMD;
	static size_t taken;
	volatile char *p;
	size_t i;

	want += taken;
	taken += (len + 2 * PMD) & ~(PMD - 1);
	p = mmap(want, len, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED_NOREPLACE, fd, off);
	EXPECT(p == want, "mmap: %s", strerror(errno));
	for (i = 0; i < len; i += PAGE)
		p[i] = p[i];
	return want;
}

char *map_new_file(const char *mkfs, const char *opts, int *fd)
{
	make_fs(mkfs, opts);
	*fd = new_file("/mnt/f", 4 * PAGE);
	return map_file(*fd, 4 * PAGE, 0);
}

/* Entries of /proc/thread-self/pagemap, for @n pages from @p on. */
static void read_pagemap(const void *p, uint64_t *entry, size_t n)
{
	int fd = open("/proc/thread-self/pagemap", O_RDONLY);
	ssize_t len = n * sizeof(*entry);

	EXPECT(fd >= 0, "pagemap: %s", strerror(errno));
	EXPECT(pread(fd, entry, len, (uintptr_t)p / PAGE * 8) == len,
	       "pagemap has nothing for %p", p);
	close(fd);
}

/* Documentation/admin-guide/mm/pagemap.rst: bit 63 present, bits 0-54 pfn. */
static uint64_t entry_addr(uint64_t entry)
{
	return entry >> 63 ? (entry & ((1ULL << 55) - 1)) * PAGE : 0;
}

uint64_t addr_of(const void *p)
{
	uint64_t entry, addr;

	read_pagemap(p, &entry, 1);
	addr = entry_addr(entry);
	return addr ? addr + (uintptr_t)p % PAGE : 0;
}

bool maps_page(const void *p, size_t len, uint64_t phys)
{
	static uint64_t entry[PMD / PAGE];
	size_t i, n = len / PAGE;

	EXPECT(n <= PMD / PAGE, "more than 2 MiB");
	read_pagemap(p, entry, n);
	for (i = 0; i < n; i++)
		if (entry_addr(entry[i]) == phys)
			return true;
	return false;
}

uint64_t available_memory(void)
{
	char text[PAGE], *line;

	EXPECT(read_text("/proc/meminfo", text, sizeof(text)) > 0, "meminfo");
	line = strstr(text, "MemAvailable:");
	EXPECT(line, "/proc/meminfo has no MemAvailable");
	return strtoull(line + strlen("MemAvailable:"), NULL, 10) << 10;
}

/* The dump names a range with its flags; one without flags is not mapped. */
bool in_direct_map(uint64_t phys)
{
	uint64_t at = 0xffff888000000000ULL + phys;
	FILE *f = fopen("/sys/kernel/debug/page_tables/kernel", "r");
	bool found = false, mapped = false;
	char line[200];

	EXPECT(f, "page_tables/kernel: %s", strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		unsigned long long from, to;

		if (sscanf(line, "0x%llx-0x%llx", &from, &to) == 2 &&
		    from <= at && at < to) {
			found = true;
			mapped = strstr(line, " RW ") || strstr(line, " ro ");
		}
	}
	fclose(f);
	EXPECT(found, "page_tables/kernel has nothing for %#llx",
	       (unsigned long long)at);
	return mapped;
}

uint64_t hardware_corrupted(void)
{
	char text[PAGE], *line;

	EXPECT(read_text("/proc/meminfo", text, sizeof(text)) > 0, "meminfo");
	line = strstr(text, "HardwareCorrupted:");
	EXPECT(line, "/proc/meminfo has no HardwareCorrupted");
	return strtoull(line + strlen("HardwareCorrupted:"), NULL, 10) << 10;
}

void drop_caches(void)
{
	sync();
	write_text("/proc/sys/vm/drop_caches", "3");
}

static int transfer(const char *path, off_t off, void *buf, size_t len,
		    bool wr)
{
	int fd = open(path, (wr ? O_WRONLY : O_RDONLY) | O_DIRECT);
	void *bounce = aligned_alloc(PAGE, (len + PAGE - 1) & ~(PAGE - 1));
	ssize_t n;
	int rc;

	EXPECT(fd >= 0, "%s: %s", path, strerror(errno));
	EXPECT(bounce, "out of memory");
	if (wr)
		memcpy(bounce, buf, len);
	n = wr ? pwrite(fd, bounce, len, off) : pread(fd, bounce, len, off);
	rc = n < 0 ? -errno : n == (ssize_t)len ? 0 : -ENODATA;
	if (!wr && n > 0)
		memcpy(buf, bounce, n);
	free(bounce);
	close(fd);
	return rc;
}

int dwrite(const char *path, off_t off, const void *buf, size_t len)
{
	return transfer(path, off, (void *)buf, len, true);
}

int dread(const char *path, off_t off, void *buf, size_t len)
{
	return transfer(path, off, buf, len, false);
}

bool all(const void *buf, int c, size_t len)
{
	const unsigned char *p = buf;

	while (len--)
		if (*p++ != (unsigned char)c)
			return false;
	return true;
}

/* ---- requests to the host ----------------------------------------------- */

static void ask_directly(const char *text)
{
	int fd = open(LAB_CONTROL, O_RDWR | O_NOCTTY);
	static char answer[240];
	size_t n = 0;

	if (fd < 0)
		fail("%s: %s", LAB_CONTROL, strerror(errno));
	dprintf(fd, "req %s\n", text);
	while (n < sizeof(answer) - 1 && read(fd, answer + n, 1) == 1 &&
	       answer[n] != '\n')
		n++;
	answer[n] = 0;
	close(fd);
	if (strncmp(answer, "ack ", 4) || answer[4] == '!')
		fail("the host refuses: %s", answer);
}

static unsigned int acks_seen(void)
{
	return __atomic_load_n(&lab_shared->acks, __ATOMIC_ACQUIRE);
}

static void check_ack(const char *what)
{
	if (lab_shared->text[0] == '!')
		fail("%s: %s", what, lab_shared->text + 1);
}

static void ask(const char *fmt, ...)
{
	unsigned int before;
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (lab_pipe < 0) {
		ask_directly(text);
		return;
	}
	before = acks_seen();
	dprintf(lab_pipe, "req %s\n", text);
	while (acks_seen() == before)
		usleep(1000);
	check_ack(text);
}

uint64_t host_us(void)
{
	ask("clock");
	return strtoull(lab_shared->text, NULL, 10);
}

/* ---- machine checks ----------------------------------------------------- */

static unsigned int lsb_of(unsigned int len)
{
	EXPECT(len >= LINE && len <= PAGE && !(len & (len - 1)),
	       "a bad line has 64 to 4096 bytes, not %u", len);
	return __builtin_ctz(len);
}

static bool mce_handled(void *arg)
{
	(void)arg;
	return kmsg_has("recovery action for") ||
	       kmsg_has("memory outside kernel control");
}

static bool mce_recorded(void *arg)
{
	uint64_t sector = (*(uint64_t *)arg - pmem_base()) / SECTOR;

	return has_badblock(sector & ~7ULL, sector | 7);
}

static bool mce_confined(void *arg)
{
	return !in_direct_map(*(uint64_t *)arg);
}

bool wait_until_confined(uint64_t phys)
{
	return wait_for(mce_confined, &phys, 5000);
}

/*
 * The kernel is through with a machine check when the last of its notifiers
 * has left its mark: the badblocks record on NFIT, the direct map elsewhere.
 * Not every kernel leaves one (that may be the defect), so time ends it too.
 */
static void settle(uint64_t phys)
{
	bool pm = !access(pmem(), F_OK) && phys >= pmem_base() &&
		  phys < pmem_base() + pmem_size();

	EXPECT(wait_for(mce_handled, NULL, 5000),
	       "the kernel did not notice the machine check");
	if (pm)
		wait_for(machine() == NFIT ? mce_recorded : mce_confined, &phys,
			 3000);
	usleep(20000);
}

#define CHECK_INTERVAL "/sys/devices/system/machinecheck/machinecheck0/check_interval"

/* Every cpu polls its banks when the interval changes. */
static void poll_machine_checks(void)
{
	char text[24];
	int rc;

	snprintf(text, sizeof(text), "%llu",
		 (unsigned long long)read_u64(CHECK_INTERVAL) + 1);
	rc = write_text(CHECK_INTERVAL, text);
	EXPECT(!rc, CHECK_INTERVAL ": %s", strerror(-rc));
}

void machine_check_scrub_async(uint64_t phys, unsigned int len)
{
	ask("scrub %#llx %u", (unsigned long long)phys, lsb_of(len));
	if (__builtin_cpu_is("amd"))
		poll_machine_checks();
}

void machine_check_scrub(uint64_t phys, unsigned int len)
{
	kmsg_mark();
	machine_check_scrub_async(phys, len);
	settle(phys);
}

static sigjmp_buf bus_jump;
static volatile struct sigbus bus;

static void on_sigbus(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	bus.taken = true;
	bus.code = si->si_code;
	bus.addr = si->si_addr;
	bus.lsb = si->si_addr_lsb;
	siglongjmp(bus_jump, 1);
}

struct sigbus catch_sigbus(void (*fn)(void *), void *arg)
{
	struct sigaction sa = {
		.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO,
	}, before;

	bus = (struct sigbus){ 0 };
	sigaction(SIGBUS, NULL, &before);
	/* First where to go: a signal may come by itself. */
	if (!sigsetjmp(bus_jump, 1)) {
		sigaction(SIGBUS, &sa, NULL);
		fn(arg);
	}
	sigaction(SIGBUS, &before, NULL);
	return bus;
}

static void survive_sigbus(int sig)
{
	(void)sig;
}

void tolerate_sigbus(void)
{
	signal(SIGBUS, survive_sigbus);
}

static void load_byte(void *p)
{
	(void)*(volatile char *)p;
}

struct sigbus touch(const volatile void *p)
{
	return catch_sigbus(load_byte, (void *)p);
}

struct store_arg {
	volatile char *p;
	int c;
};

static void store_byte(void *arg)
{
	struct store_arg *s = arg;

	*s->p = s->c;
}

struct sigbus store(volatile void *p, int c)
{
	struct store_arg s = { p, c };

	return catch_sigbus(store_byte, &s);
}

/*
 * The host stops the machine, sees that this cpu is in user mode inside this
 * very loop, raises the machine check and lets go.  No system call in here.
 */
__attribute__((noinline, aligned(64)))
static void spin_until_ack(unsigned int before)
{
	while (__atomic_load_n(&lab_shared->acks, __ATOMIC_ACQUIRE) == before)
		__builtin_ia32_pause();
}

struct load_arg {
	const volatile char *p;
	uint64_t phys;
	unsigned int lsb;
	unsigned int before;	/* acks */
};

static bool load_is_acked(void *arg)
{
	return acks_seen() != ((struct load_arg *)arg)->before;
}

static void consume(void *arg)
{
	struct load_arg *l = arg;
	unsigned int i;

	dprintf(lab_pipe, "req load %#llx %u %d %#lx\n",
		(unsigned long long)l->phys, l->lsb, sched_getcpu(),
		(unsigned long)spin_until_ack);
	spin_until_ack(l->before);
	check_ack("load");
	/*
	 * No signal: the cpu goes back to the load.  Who else has heard of the
	 * error may have taken the page away by then.
	 */
	for (i = 0; i < 500; i++) {
		usleep(10000);
		(void)*l->p;
	}
}

struct sigbus machine_check_load(const volatile void *p, unsigned int len)
{
	struct load_arg l = { .p = p, .lsb = lsb_of(len) };
	struct sigbus got;
	cpu_set_t one;

	(void)*(const volatile char *)p;
	l.phys = addr_of((const void *)p);
	EXPECT(l.phys, "%p is not mapped", (const void *)p);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	kmsg_mark();
	l.before = acks_seen();
	got = catch_sigbus(consume, &l);
	/* The signal can be quicker than the host's answer. */
	EXPECT(wait_for(load_is_acked, &l, 20000), "the host does not answer");
	check_ack("load");
	settle(l.phys);
	return got;
}

static unsigned int loads_armed;

void arm_kernel_loads(const char *functions, const uint64_t *phys,
		      unsigned int n, unsigned int len)
{
	char pages[200] = "";
	unsigned int i;

	for (i = 0; i < n; i++)
		sprintf(pages + strlen(pages), " %#llx",
			(unsigned long long)phys[i]);
	kmsg_mark();
	loads_armed = n;
	ask("arm %u %s%s", lsb_of(len), functions, pages);
}

void arm_kernel_load(uint64_t phys, unsigned int len)
{
	arm_kernel_loads("copy_mc_to_kernel,copy_mc_to_user", &phys, 1, len);
}

unsigned int kernel_loads_hit(void)
{
	ask("hits");
	return atoi(lab_shared->text);
}

void expect_kernel_load_hit(void)
{
	EXPECT(kernel_loads_hit() == loads_armed, "hit: no copy_mc from that page");
}

/* Under -icount shift=0 the time stamp counter counts guest instructions. */
uint64_t instructions(void)
{
	static int counted = -1;

	if (counted < 0) {
		char text[1024] = "";

		read_text("/proc/cmdline", text, sizeof(text));
		counted = !!strstr(text, "lab.icount");
	}
	return counted ? __builtin_ia32_rdtsc() : 0;
}

/* Nanoseconds on the cpu, which are instructions (see qemu.py). */
static uint64_t used_by(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);	/* it may have ended */
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

uint64_t instructions_of_all(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	uint64_t sum = 0;
	clockid_t clock;

	EXPECT(dir, "/proc: %m");
	while ((entry = readdir(dir))) {
		pid_t pid = atoi(entry->d_name);

		if (pid && pid != getpid() && !clock_getcpuclockid(pid, &clock))
			sum += used_by(clock);
	}
	closedir(dir);
	return sum + used_by(CLOCK_PROCESS_CPUTIME_ID);
}

#define ROUNDS	12

void measure(const char *what, unsigned int limit, void (*before)(void),
	     void (*fn)(unsigned int i), unsigned int n)
{
	uint64_t least = UINT64_MAX;
	unsigned int round, i;

	for (round = 0; round < ROUNDS; round++) {
		uint64_t start, used;

		if (before)
			before();
		start = instructions();
		EXPECT(start, "nothing is counted");
		for (i = 0; i < n; i++)
			fn(i);
		used = instructions() - start;
		if (used < least)
			least = used;
	}
	note("measure %llu %u %s", (unsigned long long)least / n, limit, what);
}
