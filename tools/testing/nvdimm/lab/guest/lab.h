/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pmem lab - what a scenario may say.
 *
 * A scenario is one C file in ../scenarios that reads like the sentence it
 * tests.  It runs inside the guest, as root, in a process of its own, on a
 * machine that was cloned for it: it may break whatever it likes.  It passes
 * by returning; EXPECT() and fail() end it with the reason.  Hardware errors
 * are raised by the host on request and are real machine checks to the kernel.
 */
#ifndef LAB_H
#define LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PAGE		4096UL
#define NO_PAGE		(~0UL)	/* "all but page N", and none is left out */
#define SECTOR		512UL
#define LINE		64UL
#define PMD		(2UL << 20)

/* Machine kinds, as the host starts them (see qemu.py). */
enum machine {
	NFIT = 1,	/* QEMU NVDIMM with our own root _DSM: scrub, inject, clear */
	E820 = 2,	/* memmap=: struct pages, no firmware behind it */
	COUNT = 4,	/* NFIT, one cpu, guest instructions counted */
	VIRTIO = 8,	/* virtio-pmem */
	OF = 16,	/* a pmem-region of a device tree */
	PLAIN = 32,	/* QEMU NVDIMM as it is: a _DSM without functions */
	GHES = 64,	/* E820, and errors that firmware tells (ghes.h) */
	LARGE = 128,	/* COUNT with more memory, for bench --long */
	NOERMS = 256,	/* E820, on a cpu without enhanced rep movsb */
	TWO = 512,	/* E820, and /dev/pmem1 (other-device.h) */
	AMD = 1024,	/* NFIT, on a cpu for KVM (kvm.h); machine_check_scrub() only */
	NFIT_TEST = 2048, /* nothing is loaded; for a kernel of nfit_test.config */
};

/**
 * struct scenario - one sentence and the code that tests it
 * @name:	file name without .c; filled in by the build
 * @title:	the sentence, as it stands in the tables
 * @audit:	the defect of the base that it shows, or NULL
 * @on:		machine kinds it runs on
 * @stock:	what the stock kernel is expected to do instead: a part of the
 *		outcome ("oops in clear_page", "fails: pread"), or NULL when it
 *		passes there as well; a race has several, with " or " between
 * @stock_e820:	the same where there is no firmware that clears errors: all
 *		but NFIT and COUNT, when it differs from @stock
 * @demo:	part of "make demo"
 * @bench:	a benchmark: what it measures counts, on COUNT
 * @run:	the test
 */
struct scenario {
	const char *name;
	const char *title;
	const char *audit;
	unsigned int on;
	const char *stock;
	const char *stock_e820;
	bool demo;
	bool bench;
	void (*run)(void);
};

#define SCENARIO(ttl, ...)						\
	static void scenario_run(void);					\
	static const struct scenario scenario				\
	__attribute__((used, section("scenarios"), aligned(8))) = {	\
		.name = SCENARIO_NAME, .title = ttl,			\
		.run = scenario_run, __VA_ARGS__ };			\
	static void scenario_run(void)

/* ---- verdicts ---------------------------------------------------------- */

_Noreturn void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A child has ended, with @status: well, or so does the scenario. */
void expect_child(int status);

#define EXPECT(cond, fmt, ...) \
	do { if (!(cond)) fail(fmt, ##__VA_ARGS__); } while (0)

/* ---- the persistent memory of this machine ------------------------------ */

enum machine machine(void);		/* NFIT, or E820 for all without one */
const char *pmem(void);			/* "/dev/pmem0" */
uint64_t pmem_base(void);		/* physical address of its sector 0 */
uint64_t pmem_size(void);		/* bytes */
/* The badblocks record: sectors from @sector on, @n of them, all or none bad. */
bool is_bad(uint64_t sector, unsigned int n);
unsigned int count_bad(uint64_t sector, unsigned int n);
bool has_badblock(uint64_t first, uint64_t last);	/* any, [first, last] */
bool wait_for_badblock(uint64_t sector);	/* 10 s at most */
void set_badblock(uint64_t sector, unsigned int n);	/* through sysfs */
void unbind_pmem(void);			/* the driver lets go of the device */
void bind_pmem(void);			/* and takes it again */

/* ---- files -------------------------------------------------------------- */

/* mkfs with @mkfs ("mkfs.xfs -m rmapbt=1"), mounted on /mnt with @opts. */
void make_fs(const char *mkfs, const char *opts);
/* The same on another device, mounted on another directory. */
void make_fs_on(const char *dev, const char *dir, const char *mkfs,
		const char *opts);
int new_file(const char *path, size_t len);	/* written, synced, all 'a' */
int new_file_of_2m_blocks(const char *path);	/* on a new XFS; 4 MiB */
uint64_t block_addr(int fd, off_t off);		/* physical, from fiemap */
void *map_file(int fd, size_t len, off_t off);	/* shared, touched; PMD if it can */
/* On a new filesystem, a new file of 4 pages of 'a', mapped; also its fd. */
char *map_new_file(const char *mkfs, const char *opts, int *fd);
uint64_t addr_of(const void *p);		/* physical, from pagemap */
bool maps_page(const void *p, size_t len, uint64_t phys);
uint64_t available_memory(void);		/* bytes, from /proc/meminfo */
uint64_t hardware_corrupted(void);		/* bytes, from there */
bool in_direct_map(uint64_t phys);		/* the kernel's own mapping is there */
bool wait_until_confined(uint64_t phys);	/* it is not; 5 seconds at most */
void drop_caches(void);
int sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Direct I/O of @len bytes at @off of a block device or file.  Return 0 or
 * -errno; a short transfer is -ENODATA.
 */
int dwrite(const char *path, off_t off, const void *buf, size_t len);
int dread(const char *path, off_t off, void *buf, size_t len);
bool all(const void *buf, int c, size_t len);

/* ---- hardware errors ------------------------------------------------------ */

/*
 * Action optional: a scrubber found a bad line of @len bytes (64 to 4096, a
 * power of two) at @phys.  Returns when the kernel has dealt with it.
 */
void machine_check_scrub(uint64_t phys, unsigned int len);
/* The same, without waiting for the kernel. */
void machine_check_scrub_async(uint64_t phys, unsigned int len);
/*
 * Action required: this process consumed a bad line of @len bytes at @p.
 * Returns when a signal was taken, or when the kernel did nothing for 5 s.
 */
struct sigbus {
	bool taken;
	int code;		/* BUS_MCEERR_AR ... */
	void *addr;
	int lsb;
};

struct sigbus machine_check_load(const volatile void *p, unsigned int len);
/* Run @fn with @arg; a SIGBUS ends it. */
struct sigbus catch_sigbus(void (*fn)(void *), void *arg);
void tolerate_sigbus(void);		/* a notice, outside of catch_sigbus() */
struct sigbus touch(const volatile void *p);	/* load one byte */
struct sigbus store(volatile void *p, int c);	/* store one byte */
/*
 * Kernel consumption: the next copy_mc of the kernel from the page of @phys
 * takes a machine check at the very instruction.  Arm, do the system call,
 * then ask whether it was hit.
 */
void arm_kernel_load(uint64_t phys, unsigned int len);
/*
 * The same for the next copies from the @n pages @phys, in that order.  Those
 * that count are made by @functions, "copy_page,copy_mc_to_kernel", which take
 * (to, from, len); a kernel need not have all of them.
 */
void arm_kernel_loads(const char *functions, const uint64_t *phys,
		      unsigned int n, unsigned int len);
unsigned int kernel_loads_hit(void);	/* how many; the rest is disarmed */
void expect_kernel_load_hit(void);	/* all that was armed */

/* Instructions since boot, where the machine counts them (-icount), else 0. */
uint64_t instructions(void);
/* Those of all processes that there are, kernel threads too, without idling. */
uint64_t instructions_of_all(void);
uint64_t host_us(void);			/* the host's clock, in microseconds */

/*
 * Benchmarks: tell the host how many instructions one call of @fn takes, the
 * least of some rounds of @n calls.  @limit is what the patched kernel may take
 * at most, in thousandths of what stock does.  @before runs before each round.
 */
void measure(const char *what, unsigned int limit, void (*before)(void),
	     void (*fn)(unsigned int i), unsigned int n);

/* ---- the console ---------------------------------------------------------- */

void kmsg_mark(void);			/* forget what was logged so far */
bool kmsg_has(const char *text);	/* since the mark */
unsigned int kmsg_count(const char *text);	/* how often */
uint64_t kmsg_seq(void);		/* of a line that is logged here */
bool wait_for(bool (*cond)(void *), void *arg, unsigned int ms);
uint64_t read_u64(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int read_text(const char *path, char *buf, size_t len);
int write_text(const char *path, const char *text);

#endif
