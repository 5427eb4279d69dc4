// SPDX-License-Identifier: GPL-2.0
/*
 * Survive memory errors in a file on a DAX filesystem, and repair them.
 *
 *	sigbus-repair FILE COPY
 *
 * Reads all of FILE through a mapping.  Where its memory is bad that raises
 * SIGBUS: the sectors that are lost are taken from COPY, an older copy of FILE, and
 * reading goes on.  Those beside them keep what FILE has, which may be newer.
 * The exit status is 0 when all of FILE could be read in the end, else 1.
 *
 * This is the example in Documentation/filesystems/dax.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR_BYTES	512	/* what is repaired, as a whole */
#define BLOCK_BYTES	4096	/* what this program reads at a time */
#define TRIES		3	/* to read a block, with a repair in between */

/* A file that is mapped: what the handler has to know of it. */
static struct mapped_file {
	int fd;
	int copy;		/* fd of the copy */
	char *map;
	size_t size;
} file;

/* Of copy_mapped(); a program with threads has them for each thread. */
static sigjmp_buf jump;
static atomic_bool guarded;	/* @jump is set */

/* What the handler has been told. */
static int code;		/* si_code */
static size_t bad, bad_end;	/* what is lost, in bytes of the file */

/* ---- surviving -------------------------------------------------------------- */

static void on_sigbus(int sig, siginfo_t *si, void *ucontext)
{
	uintptr_t addr = (uintptr_t)si->si_addr, map = (uintptr_t)file.map;
	size_t len = (size_t)1 << si->si_addr_lsb;

	(void)ucontext;
	/* Something is lost that nobody uses just now: see when we get there. */
	if (si->si_code == BUS_MCEERR_AO)
		return;
	/* Not a load of ours from the file: die of it, as without a handler. */
	if (!guarded || addr < map || addr >= map + file.size) {
		signal(sig, SIG_DFL);
		return;
	}
	/* si_addr is somewhere in the block that is lost, which is aligned. */
	addr &= ~(len - 1);
	bad = addr > map ? addr - map : 0;
	bad_end = addr + len - map;
	if (bad_end > file.size)
		bad_end = file.size;
	code = si->si_code;
	siglongjmp(jump, 1);
}

/* memcpy() from the mapped file; -1 when something is lost, from @bad to @bad_end. */
static int copy_mapped(void *dst, const void *src, size_t len)
{
	if (sigsetjmp(jump, 1)) {
		guarded = false;
		return -1;
	}
	guarded = true;
	atomic_signal_fence(memory_order_seq_cst);
	memcpy(dst, src, len);
	atomic_signal_fence(memory_order_seq_cst);
	guarded = false;
	return 0;
}

/* ---- repairing -------------------------------------------------------------- */

/*
 * Read a sector; returns 0 or a negative errno.  pread() reads what is good in a bad page,
 * without SIGBUS; it ends short in front of a bad line, and EIO comes next.
 */
static int read_sector(int fd, char *data, off_t offset)
{
	size_t done;
	ssize_t n;

	for (done = 0; done < SECTOR_BYTES; done += n) {
		n = pread(fd, data + done, SECTOR_BYTES - done, offset + done);
		if (n < 0)
			return -errno;
		if (!n)		/* the end of the file */
			return -ENODATA;
	}
	return 0;
}

/* Returns 1 when the sector at @offset was lost, and is restored; 0 if it is good. */
static int repair_sector(off_t offset)
{
	char data[SECTOR_BYTES];
	int rc = read_sector(file.fd, data, offset);

	if (!rc)
		return 0;
	/* Only EIO means that it is lost; it is not to be overwritten for less. */
	if (rc != -EIO) {
		fprintf(stderr, "pread: %s\n", strerror(-rc));
		return -1;
	}
	rc = read_sector(file.copy, data, offset);
	if (rc) {
		fprintf(stderr, "%lld: not in the copy: %s\n",
			(long long)offset, strerror(-rc));
		return -1;
	}
	if (pwrite(file.fd, data, sizeof(data), offset) != sizeof(data)) {
		perror("the sector is not repaired");
		return -1;
	}
	return 1;
}

/* Returns how many sectors of the file's bytes from @start to @end were lost. */
static int repair(size_t start, size_t end)
{
	size_t offset = start & ~(size_t)(SECTOR_BYTES - 1);
	int restored = 0;

	for (; offset < end; offset += SECTOR_BYTES) {
		int rc = repair_sector(offset);

		if (rc < 0)
			return rc;
		restored += rc;
	}
	if (fsync(file.fd)) {
		perror("fsync");
		return -1;
	}
	return restored;
}

/* Read a block of the mapped file, and repair what is lost in it. */
static int read_block(size_t offset, void *data, size_t len)
{
	int tries, restored;

	for (tries = 0; tries < TRIES; tries++) {
		if (!copy_mapped(data, file.map + offset, len))
			return 0;
		if (code != BUS_MCEERR_AR) {
			fprintf(stderr, "%zu: the file does not have it any more\n",
				offset);
			return -1;
		}
		restored = repair(bad, bad_end);
		if (restored < 0)
			return -1;
		printf("bytes %zu to %zu: %d sectors restored\n", bad,
		       bad_end - 1, restored);
	}
	fprintf(stderr, "%zu: lost again and again\n", offset);
	return -1;
}

/* ---- the application -------------------------------------------------------- */

static int open_files(const char *name, const char *copy)
{
	struct stat st;

	file.fd = open(name, O_RDWR);
	file.copy = open(copy, O_RDONLY);
	if (file.fd < 0 || file.copy < 0 || fstat(file.fd, &st)) {
		perror("open");
		return -1;
	}
	/* The last sector is repaired as a whole, too. */
	if (!st.st_size || st.st_size % SECTOR_BYTES) {
		fprintf(stderr, "%s: not a number of whole sectors\n", name);
		return -1;
	}
	file.size = st.st_size;
	file.map = mmap(NULL, file.size, PROT_READ, MAP_SHARED, file.fd, 0);
	if (file.map == MAP_FAILED) {
		perror("mmap");
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction sa = {
		.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO,
	};
	static char data[BLOCK_BYTES];
	size_t offset, len;

	if (argc != 3) {
		fprintf(stderr, "usage: sigbus-repair FILE COPY\n");
		return 1;
	}
	if (open_files(argv[1], argv[2]) || sigaction(SIGBUS, &sa, NULL))
		return 1;

	for (offset = 0; offset < file.size; offset += len) {
		len = file.size - offset;
		if (len > sizeof(data))
			len = sizeof(data);
		if (read_block(offset, data, len))
			return 1;
		/* Here an application would do something with the data. */
	}
	return 0;
}
