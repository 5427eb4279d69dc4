// SPDX-License-Identifier: GPL-2.0
#include <linux/io_uring.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "removal.h"

#define DAX_PMEM	"/sys/bus/nd/drivers/dax_pmem/"

static void unbind_dax(void)
{
	int rc = write_text(DAX_PMEM "unbind", "dax0.0");

	EXPECT(!rc, "unbind: %s", strerror(-rc));
}

/* io_uring pins the buffers that it is given for as long as they are. */
SCENARIO("unbind of device-dax waits for a page that io_uring has registered",
	 .audit = "B12", .on = NFIT, .stock = "oopses in io_buffer_unmap")
{
	struct io_uring_params params = { 0 };
	struct iovec page = { .iov_len = PAGE };
	pid_t unbind;
	bool waits;
	int fd, ring, rc;

	ndctl("create-namespace -f -e namespace0.0 -m devdax -M mem -a 2M");
	fd = open("/dev/dax0.0", O_RDWR);
	EXPECT(fd >= 0, "/dev/dax0.0: %m");
	page.iov_base = mmap(NULL, PMD, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	EXPECT(page.iov_base != MAP_FAILED, "mmap: %m");
	memset(page.iov_base, 'a', PAGE);
	ring = syscall(SYS_io_uring_setup, 1, &params);
	EXPECT(ring >= 0, "io_uring_setup: %m");
	EXPECT(!syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS,
			&page, 1), "IORING_REGISTER_BUFFERS: %m");

	tolerate_sigbus();
	kmsg_mark();
	unbind = start(unbind_dax);
	waits = waits_for_pin(unbind);
	EXPECT(!syscall(SYS_io_uring_register, ring, IORING_UNREGISTER_BUFFERS,
			NULL, 0), "IORING_UNREGISTER_BUFFERS: %m");
	EXPECT(waits, "did not wait");
	EXPECT(wait_for(has_ended, &unbind, 5000), "unbind still waits");
	join(unbind);
	EXPECT(touch(page.iov_base).taken, "the old mapping can be read");
	close(fd);
	rc = write_text(DAX_PMEM "bind", "dax0.0");
	EXPECT(!rc, "bind: %s", strerror(-rc));
	EXPECT((fd = open("/dev/dax0.0", O_RDWR)) >= 0, "/dev/dax0.0: %m");
	EXPECT(!store(map_file(fd, PMD, 0), 'n').taken, "SIGBUS");
}
