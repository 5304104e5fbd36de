// SPDX-License-Identifier: GPL-2.0-only
/* As little of io_uring as tests need: one operation at a time. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bypass.h"

/* Where things are depends on the size only, and that is one. */
static struct io_uring_params made;

int ring_make(unsigned int flags)
{
	struct io_uring_params params = { .flags = flags, .sq_thread_idle = 1000 };
	int fd = syscall(SYS_io_uring_setup, 1, &params);

	made = params;
	return fd;
}

int ring_do(int fd, unsigned int flags, const struct io_uring_sqe *sqe)
{
	unsigned int enter = IORING_ENTER_GETEVENTS, n = 1;
	struct io_uring_sqe *place;
	struct io_uring_cqe *cqe;
	unsigned int *tail;
	char *ring;

	if (fd < 0)
		return -errno;
	ring = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
	place = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQES);
	if (ring == MAP_FAILED || place == MAP_FAILED)
		return -errno;
	tail = (unsigned int *)(ring + made.sq_off.tail);
	*place = *sqe;
	*(unsigned int *)(ring + made.sq_off.array) = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (flags & IORING_SETUP_SQPOLL) {
		enter |= IORING_ENTER_SQ_WAKEUP;
		n = 0;
	}
	if (syscall(SYS_io_uring_enter, fd, n, 1, enter, NULL, 0) < 0)
		return -errno;
	cqe = (struct io_uring_cqe *)(ring + made.cq_off.cqes) + ((*tail - 1) % made.cq_entries);
	return cqe->res;
}
