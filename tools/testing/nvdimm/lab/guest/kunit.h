/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pmem lab - KUnit tests: as a module that is loaded, or built in and run when
 * the kernel booted; on a kernel that does not have them there are none.
 */
#ifndef LAB_KUNIT_H
#define LAB_KUNIT_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "lab.h"

/* Load a module by its place in the kernel tree, without .ko. */
static inline void load_module(const char *name)
{
	struct utsname release;
	char path[250];
	int fd;

	EXPECT(!uname(&release), "uname: %m");
	snprintf(path, sizeof(path), "/modules/%s/kernel/%s.ko",
		 release.release, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	EXPECT(fd >= 0, "no such module");
	EXPECT(!syscall(SYS_finit_module, fd, "", 0), "insmod: %m");
	close(fd);
}

/* All of @suite has passed, up to its test @last. */
static inline void expect_suite(const char *suite, const char *last)
{
	static char text[4 * PAGE];
	char path[200], *line;

	snprintf(path, sizeof(path), "/sys/kernel/debug/kunit/%s/results", suite);
	EXPECT(read_text(path, text, sizeof(text)) > 0, "no results");
	line = strstr(text, "not ok");
	EXPECT(!line, "%.60s", line);
	line = strstr(text, "# SKIP");
	EXPECT(!line, "%.60s", line);
	snprintf(path, sizeof(path), "\nok 1 %s", suite);
	EXPECT(strstr(text, path), "no verdict");
	EXPECT(strstr(text, last), "not all has been run");
}

#endif
