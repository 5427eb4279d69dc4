// SPDX-License-Identifier: GPL-2.0
#include <sys/resource.h>
#include "devdax.h"

/* Pages of 'a' in the file, where mappings begin at a multiple of PAGE. */
static unsigned int pages_of_a(const char *path)
{
	static char buf[PAGE];
	unsigned int n = 0;
	int fd = open(path, O_RDONLY);

	EXPECT(fd >= 0, "%s: %m", path);
	while (read(fd, buf, PAGE) == PAGE)
		n += all(buf, 'a', PAGE);
	close(fd);
	return n;
}

/* Its filter has shared DAX in it, by which all of the mapping is dumped. */
SCENARIO("device-dax: a core dump has the good pages of a mapping with a bad one",
	 .audit = "C12", .on = NFIT | E820,
	 .stock = "fails: 5 pages are in the core dump")
{
	struct rlimit all_of_it = { RLIM_INFINITY, RLIM_INFINITY };
	unsigned int n;
	int fd, status;
	pid_t pid;

	new_dax_with_bad_line(PMD, &fd);
	EXPECT(!write_text("/proc/sys/kernel/core_pattern", "/core"),
	       "core_pattern");
	EXPECT(!write_text("/proc/self/coredump_filter", "0x100"),
	       "coredump_filter");
	EXPECT(!setrlimit(RLIMIT_CORE, &all_of_it), "RLIMIT_CORE: %m");
	pid = fork();
	if (!pid)
		abort();
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid: %m");
	EXPECT(WCOREDUMP(status), "no core dump");
	n = pages_of_a("/core");
	EXPECT(n == DAX_LEN / PAGE - 1, "%u pages are in the core dump", n);
}
