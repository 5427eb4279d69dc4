// SPDX-License-Identifier: GPL-2.0
#include <sys/uio.h>
#include "ram.h"

#define LEN	(4 * PAGE)

SCENARIO("system RAM: a debugger reads and writes up to a bad page, and behind it",
	 .on = E820)
{
	static char buf[LEN];
	char *p = anonymous(LEN);
	struct iovec to = { buf, LEN }, from = { p, LEN };
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	off_t at = (uintptr_t)p;

	EXPECT(fd >= 0, "/proc/self/mem: %m");
	EXPECT(pread(fd, buf, LEN, at) == LEN, "/proc/self/mem: %m");
	expect_letters(buf, LEN, NO_PAGE);
	hwpoison(p + PAGE);

	EXPECT(process_vm_readv(getpid(), &to, 1, &from, 1, 0) == PAGE,
	       "process_vm_readv: %m");
	EXPECT(pread(fd, buf, LEN, at) == PAGE, "/proc/self/mem: %m");
	EXPECT(pread(fd, buf, PAGE, at + PAGE) < 0 && errno == EIO,
	       "/proc/self/mem of the bad page: %m");
	EXPECT(pwrite(fd, buf, PAGE, at + PAGE) < 0 && errno == EIO,
	       "write to /proc/self/mem of the bad page: %m");
	EXPECT(pread(fd, buf, PAGE, at + 2 * PAGE + 100) == PAGE &&
	       all(buf, letter(2), PAGE - 100) &&
	       all(buf + PAGE - 100, letter(3), 100), "/proc/self/mem: %m");

	memset(buf, 'W', PAGE);
	EXPECT(pwrite(fd, buf, PAGE, at + 2 * PAGE + 100) == PAGE,
	       "write to /proc/self/mem: %m");
	EXPECT(all(p + 2 * PAGE, letter(2), 100) &&
	       all(p + 2 * PAGE + 100, 'W', PAGE) &&
	       all(p + 3 * PAGE + 100, letter(3), PAGE - 100),
	       "not what was written");
	EXPECT(all(p, letter(0), PAGE), "another page has changed");
}
