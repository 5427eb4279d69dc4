// SPDX-License-Identifier: GPL-2.0
#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "race.h"

static struct {
	int fd;
	unsigned int *tail, *index, *head, mask;
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
} ring = { .fd = -1 };

static char *ring_map(size_t len, off_t at)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_POPULATE, ring.fd, at);

	RACE_EXPECT(p != MAP_FAILED, "mmap of the ring: %m");
	return p;
}

/* One entry; queues of submission and completion in one mapping. */
static void open_ring(void)
{
	struct iovec buffer = { race_data, RACE_LEN };
	struct io_uring_params p = { 0 };
	char *rings;

	ring.fd = syscall(SYS_io_uring_setup, 1, &p);
	RACE_EXPECT(ring.fd >= 0, "io_uring_setup: %m");
	RACE_EXPECT(p.features & IORING_FEAT_SINGLE_MMAP, "two mappings");
	rings = ring_map(PAGE, IORING_OFF_SQ_RING);
	ring.sqe = (void *)ring_map(PAGE, IORING_OFF_SQES);
	ring.tail = (void *)(rings + p.sq_off.tail);
	ring.index = (void *)(rings + p.sq_off.array);
	ring.head = (void *)(rings + p.cq_off.head);
	ring.mask = p.cq_entries - 1;
	ring.cqe = (void *)(rings + p.cq_off.cqes);
	RACE_EXPECT(!syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_BUFFERS,
			&buffer, 1), "IORING_REGISTER_BUFFERS: %m");
}

static void write_registered(int fd)
{
	struct io_uring_cqe *end;

	if (ring.fd < 0)
		open_ring();
	*ring.sqe = (struct io_uring_sqe){
		.opcode = IORING_OP_WRITE_FIXED, .fd = fd,
		.addr = (uintptr_t)race_data, .len = RACE_LEN,
	};
	*ring.index = 0;
	__atomic_add_fetch(ring.tail, 1, __ATOMIC_RELEASE);
	RACE_EXPECT(syscall(SYS_io_uring_enter, ring.fd, 1, 1,
		       IORING_ENTER_GETEVENTS, NULL, 0) == 1,
	       "io_uring_enter: %m");
	end = ring.cqe + (*ring.head & ring.mask);
	errno = -end->res;
	race_expect(end->res, "write");
	__atomic_add_fetch(ring.head, 1, __ATOMIC_RELEASE);
}

SCENARIO("io_uring writes a registered buffer to a DAX file whose pages turn out to be bad",
	 .audit = "B3", .on = NFIT | E820,
	 .stock = "oopses in __memcpy_flushcache")
{
	race(race_new_file(), write_registered, NULL);
}
