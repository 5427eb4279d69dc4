// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "lab.h"

#define RESULTS	"/sys/kernel/debug/kunit/nvdimm_poison/results"

/* KUnit: overlap, split, merge, re-poison, a million ranges, no memory ... */
SCENARIO("the map of bad lines passes its own tests", .on = NFIT,
	 .stock = "fails: no such module")
{
	static char text[4 * PAGE];
	struct utsname release;
	char path[200], *line;
	int fd;

	EXPECT(!uname(&release), "uname: %m");
	snprintf(path, sizeof(path),
		 "/modules/%s/kernel/drivers/nvdimm/poison-test.ko",
		 release.release);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	EXPECT(fd >= 0, "no such module");
	/* Who loads it waits for the tests: a minute on a kernel with KASAN. */
	EXPECT(!write_text("/proc/sys/kernel/hung_task_timeout_secs", "200"),
	       "hung_task_timeout_secs: %m");
	EXPECT(!syscall(SYS_finit_module, fd, "", 0), "insmod: %m");
	EXPECT(read_text(RESULTS, text, sizeof(text)) > 0, "no results");
	line = strstr(text, "not ok");
	EXPECT(!line, "%.60s", line);
	EXPECT(strstr(text, "\nok 1 nvdimm_poison"), "no verdict");
	EXPECT(strstr(text, "poison_test_million"), "not all has been run");
}
