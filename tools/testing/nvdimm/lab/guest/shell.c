// SPDX-License-Identifier: GPL-2.0
/*
 * The pmem lab - what "make shell" adds to an ordinary shell: a greeting and
 * the word "poison".
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab.h"
#include "proto.h"

static const char usage[] =
	"usage: poison FILE OFFSET [BYTES]\n"
	"Raise an uncorrected memory error, as a scrubber would report it, in the\n"
	"line of BYTES (64 to 4096, default 64) at OFFSET of a file on pmem or of\n"
	"the device itself.\n";

static uint64_t target(const char *path, off_t off)
{
	struct stat st;
	uint64_t at;
	int fd;

	if (stat(path, &st))
		fail("%s: %s", path, strerror(errno));
	if (S_ISBLK(st.st_mode)) {
		if (strcmp(path, pmem()))
			fail("%s is not %s", path, pmem());
		if ((uint64_t)off >= pmem_size())
			fail("%s has %llu bytes", path,
			     (unsigned long long)pmem_size());
		return pmem_base() + off;
	}
	fd = open(path, O_RDONLY);
	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	at = block_addr(fd, off);
	close(fd);
	return at;
}

static int poison(int argc, char **argv)
{
	unsigned int len = argc > 3 ? strtoul(argv[3], NULL, 0) : LINE;
	uint64_t phys;

	if (argc < 3) {
		fputs(usage, stderr);
		return 2;
	}
	phys = target(argv[1], strtoull(argv[2], NULL, 0)) & ~(len - 1ULL);
	machine_check_scrub(phys, len);
	printf("bad: %u bytes at physical %#llx, sector %llu of %s\n", len,
	       (unsigned long long)phys,
	       (unsigned long long)((phys - pmem_base()) / SECTOR), pmem());
	return 0;
}

static void greet(void)
{
	char version[200] = "";

	read_text("/proc/version", version, 80);
	printf("\n%s\n", version);
	printf("pmem:    %s, %llu MiB at %#llx%s\n", pmem(),
	       (unsigned long long)pmem_size() >> 20,
	       (unsigned long long)pmem_base(),
	       machine() == NFIT ? " (NVDIMM with scrub, inject and clear)"
				 : " (memmap=)");
	puts("tools:   ndctl daxctl xfs_io mkfs.xfs mkfs.ext4 fio dmsetup");
	puts("error:   poison FILE OFFSET [BYTES]   a machine check, from the host");
	puts("         ndctl inject-error namespace0.0 -B SECTOR -n COUNT");
	puts("leave:   exit\n");
	fflush(stdout);
}

int lab_shell(int argc, char **argv)
{
	const char *self = strrchr(argv[0], '/');

	self = self ? self + 1 : argv[0];
	if (!strcmp(self, "poison"))
		return poison(argc, argv);
	greet();
	setenv("PATH", "/lab:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	execl("/bin/busybox", "sh", "-i", NULL);
	perror("/bin/busybox");
	return 127;
}

