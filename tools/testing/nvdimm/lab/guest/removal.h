/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver lets go of the memory while files in it are mapped: by this
 * process, and by a child that has inherited the mappings.
 */
#ifndef LAB_REMOVAL_H
#define LAB_REMOVAL_H

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include "dsm.h"

struct mapping {
	const char *what;
	char *p;
	size_t len;
	bool stores;
};

static struct mapping mapped[8];
static unsigned int mappings;

static pid_t heir;		/* the child */
static int to_heir[2], from_heir[2];

/* ---- mappings ------------------------------------------------------------ */

static inline char *add_mapping(const char *what, int fd, size_t len, int flags)
{
	bool stores = flags == MAP_SHARED &&
		      (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR;
	void *p = mmap(NULL, len, PROT_READ | (stores ? PROT_WRITE : 0), flags,
		       fd, 0);

	EXPECT(p != MAP_FAILED, "mmap: %m");
	mapped[mappings++] = (struct mapping){ what, p, len, stores };
	return p;
}

/* One page of a file, in every way. */
static inline void map_page(int fd)
{
	add_mapping("shared", fd, PAGE, MAP_SHARED);
	add_mapping("private", fd, PAGE, MAP_PRIVATE);
	EXPECT(!mlock(add_mapping("locked", fd, PAGE, MAP_SHARED), PAGE),
	       "mlock: %m");
	close(fd);
}

/* 2 MiB of a file, by one entry: the first page brings in the last. */
static inline void map_2m(int fd)
{
	char *shared = add_mapping("shared 2 MiB", fd, PMD, MAP_SHARED);
	char *private = add_mapping("private 2 MiB", fd, PMD, MAP_PRIVATE);

	EXPECT(!store(shared, 'b').taken && !touch(private).taken, "SIGBUS");
	EXPECT(addr_of(shared + PMD - PAGE) && addr_of(private + PMD - PAGE),
	       "mapped, but not as 2 MiB");
	close(fd);
}

static inline void use_mappings(void)
{
	struct mapping *m;

	for (m = mapped; m < mapped + mappings; m++) {
		EXPECT(!touch(m->p).taken, "SIGBUS before the removal");
		EXPECT(!m->stores || !store(m->p, 'b').taken,
		       "SIGBUS before the removal");
	}
}

static inline void expect_sigbus(const char *who)
{
	struct mapping *m;

	for (m = mapped; m < mapped + mappings; m++) {
		EXPECT(touch(m->p + m->len - PAGE).taken && touch(m->p).taken,
		       "%s still reads, %s", who, m->what);
		EXPECT(!m->stores || store(m->p, 'c').taken,
		       "%s still writes, %s", who, m->what);
	}
}

static inline void unmap_all(void)
{
	struct mapping *m;

	for (m = mapped; m < mapped + mappings; m++)
		munmap(m->p, m->len);
	mappings = 0;
}

/* ---- processes ----------------------------------------------------------- */

/* @fn in a process of its own. */
static inline pid_t start(void (*fn)(void))
{
	pid_t pid = fork();

	EXPECT(pid >= 0, "fork: %m");
	if (!pid) {
		fn();
		_exit(0);
	}
	return pid;
}

static inline bool ended_well(pid_t pid)
{
	int status;

	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	EXPECT(WIFEXITED(status), "a process died of signal %d",
	       WTERMSIG(status));
	return !WEXITSTATUS(status);
}

static inline void join(pid_t pid)
{
	if (!ended_well(pid))
		_exit(1);	/* it has said why */
}

static inline void put(int fd)
{
	EXPECT(write(fd, "", 1) == 1, "write: %m");
}

static inline void get(int fd)
{
	char c;

	EXPECT(read(fd, &c, 1) == 1, "read: %m");
}

/*
 * It holds both ends of what it waits for: when the parent fails it stays, and
 * nothing is unmounted that may oops before the failure is told.
 */
static inline void inherit(void)
{
	use_mappings();
	put(from_heir[1]);
	get(to_heir[0]);
	expect_sigbus("the child");
}

static inline bool has_ended(void *pid)
{
	siginfo_t si = { 0 };

	EXPECT(!waitid(P_PID, *(pid_t *)pid, &si, WEXITED | WNOHANG | WNOWAIT),
	       "waitid: %m");
	return si.si_pid;
}

/* Whether @pid, which removes the memory, waits for a page of it, or does not. */
static inline bool pin_is_told(void *pid)
{
	return has_ended(pid) || kmsg_has("pinned");
}

static inline bool waits_for_pin(pid_t pid)
{
	return wait_for(pin_is_told, &pid, 10000) &&
	       !wait_for(has_ended, &pid, 2000);
}

/* ---- the whole thing ------------------------------------------------------ */

/* All that is mapped is in use, by two processes. */
static inline void start_use(void)
{
	tolerate_sigbus();
	use_mappings();
	EXPECT(!pipe(to_heir) && !pipe(from_heir), "pipe: %m");
	heir = start(inherit);
	close(from_heir[1]);
	get(from_heir[0]);
}

/* Nobody has it any more; and nobody keeps the filesystem busy after this. */
static inline void expect_revoked(void)
{
	expect_sigbus("a process");
	put(to_heir[1]);
	join(heir);
	unmap_all();
}

static inline void expect_reads_back(int fd)
{
	static char buf[4 * PAGE];

	EXPECT(pread(fd, buf, sizeof(buf), 0) == sizeof(buf), "pread: %m");
	EXPECT(all(buf, 'a', sizeof(buf)), "other data came back");
}

/* The driver takes the memory again, and somebody uses it. */
static inline void bind_and_use(void)
{
	int fd;

	bind_pmem();
	map_new_file("mkfs.ext4", "dax", &fd);
	expect_reads_back(fd);
}

/*
 * The namespace goes to somebody else, who fills the page at @phys with 'n':
 * whoever had it mapped at @p as 'a' does not see that.
 */
static inline void expect_hidden(volatile char *p, uint64_t phys)
{
	static char buf[PAGE];
	int rc;

	tolerate_sigbus();
	unbind_pmem();
	ndctl("destroy-namespace -f namespace0.0");
	ndctl("create-namespace -f -e namespace0.0 -m fsdax -M mem -a 2M");
	memset(buf, 'n', PAGE);
	rc = dwrite(pmem(), phys - pmem_base(), buf, PAGE);
	EXPECT(!rc, "write: %s", strerror(-rc));
	EXPECT(touch(p).taken || *p == 'a',
	       "the old mapping shows the new contents");
}

/* The driver takes the memory again, with the old filesystem still mounted. */
static inline void new_owner(const char *mkfs, const char *opts)
{
	int fd;

	make_fs(mkfs, opts);
	map_page(new_file("/mnt/f", 4 * PAGE));
	start_use();
	unbind_pmem();
	bind_pmem();
	make_fs_on(pmem(), "/new", mkfs, opts);
	fd = new_file("/new/f", 4 * PAGE);
	expect_revoked();
	expect_reads_back(fd);
	EXPECT(!umount("/mnt"), "umount: %m");
	expect_reads_back(fd);
	close(fd);
	EXPECT(!umount("/new"), "umount of the new one: %m");
}

/* With files of /mnt mapped. */
static inline void removal(void)
{
	start_use();
	unbind_pmem();
	expect_revoked();
	EXPECT(!umount("/mnt"), "umount: %m");
	bind_and_use();
}

#endif
