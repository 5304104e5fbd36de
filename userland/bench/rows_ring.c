// SPDX-License-Identifier: GPL-2.0-only
/* Calls by an asynchronous ring, which a thread of vmctl serves in the kernel. */
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "transports.h"

#define ENTRIES		256

static int serve_once(struct bench_session *session, uint64_t flags)
{
	struct hull_vm_serve serve = { .size = sizeof(serve), .flags = flags };

	return ioctl(session->vm.machine.engine.vm, HULL_VM_SERVE, &serve);
}

static void *serve(void *data)
{
	struct bench_helper *helper = data;

	while (!atomic_load(&helper->ending))
		if (serve_once(helper->data, 0) && errno != EINTR)
			break;
	return NULL;
}

static int ring_begin(struct bench_session *session, uint32_t idle_us, struct vmm_error *error)
{
	struct bench_job setup = { .op = BENCH_OP_RING_SETUP, .arg = { ENTRIES, idle_us } };

	if (serve_once(session, HULL_VM_SERVE_OFFER))
		return vmm_fail_errno(error, "serving rings");
	if (bench_helper_start(&session->helper, serve, session, error))
		return -1;
	if (!bench_vm_job(&session->vm, &setup, error))
		return 0;
	bench_helper_end(&session->helper);
	return -1;
}

/* The host looks at the ring all the time. */
int bench_ring_polled_begin(struct bench_session *session, struct vmm_error *error)
{
	/* On one CPU guest and host would wait for each other's time slice to end. */
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return vmm_fail(error, ENOTSUP, "needs two host CPUs");
	return ring_begin(session, 1000000, error);
}

/* The host sleeps as soon as the ring is empty. */
int bench_ring_doorbell_begin(struct bench_session *session, struct vmm_error *error)
{
	return ring_begin(session, 1, error);
}

void bench_ring_end(struct bench_session *session)
{
	struct bench_job end = { .op = BENCH_OP_RING_END };
	struct vmm_error ignored = { 0 };

	bench_vm_job(&session->vm, &end, &ignored);
	bench_helper_end(&session->helper);
}
