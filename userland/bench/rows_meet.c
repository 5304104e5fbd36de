// SPDX-License-Identifier: GPL-2.0-only
/* Two guests that answer each other: by event channels, and by a page they share. */
#include <errno.h>
#include <linux/hull_hypercall.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "transports.h"

static void *peer_run(void *data)
{
	struct bench_helper *helper = data;
	struct bench_session *session = helper->data;

	/* It ends with its job, or is interrupted when the other side has failed. */
	bench_vm_job(&session->peer, &session->peer_job, &session->peer_error);
	return NULL;
}

static void peer_close(struct bench_session *session)
{
	bench_vm_close(&session->peer, session->plan->client);
}

static int peer_open(struct bench_session *session, struct vmm_error *error)
{
	return bench_vm_open(&session->peer, session->plan->client, "b", session->mitigations,
			     error);
}

/* Before each job of the measured guest its peer begins one of as many turns. */
int bench_peer_start(struct bench_session *session, enum bench_op op, const struct bench_job *job,
		     struct vmm_error *error)
{
	session->peer_job = *job;
	session->peer_job.op = op;
	return bench_helper_start(&session->helper, peer_run, session, error);
}

void bench_peer_end(struct bench_session *session, bool done)
{
	/* Its last turn is its own to finish; without the other side it would wait for ever. */
	if (done)
		bench_helper_join(&session->helper);
	else
		bench_helper_end(&session->helper);
}

int bench_event_begin(struct bench_session *session, struct vmm_error *error)
{
	struct bench_job offer = { .op = BENCH_OP_EVENT_SETUP, .arg = { 1 } };
	struct bench_job connect = { .op = BENCH_OP_EVENT_SETUP, .arg = { 0 } };

	if (peer_open(session, error))
		return -1;
	if (!bench_vm_job(&session->vm, &offer, error) &&
	    !bench_vm_job(&session->peer, &connect, error))
		return 0;
	peer_close(session);
	return -1;
}

static int share(struct bench_vm *vm, uint64_t number, struct vmm_error *error)
{
	struct bench_job job = { .op = BENCH_OP_SHARE, .arg = { number } };
	struct hull_share *share = bench_vm_memory(vm, BENCH_CALLS, sizeof(*share));

	*share = (struct hull_share){
		.name = "bench", .bytes = 4096, .rights = HULL_SHARE_READ | HULL_SHARE_WRITE,
		/* Where there is memory, where there is none. */
		.gpa = number == HULL_HYPERCALL_SHARE_OFFER ? BENCH_SHARED : BENCH_SHARED_AT,
	};
	return bench_vm_job(vm, &job, error);
}

int bench_share_begin(struct bench_session *session, struct vmm_error *error)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return vmm_fail(error, ENOTSUP, "needs two host CPUs");
	if (peer_open(session, error))
		return -1;
	memset(bench_vm_memory(&session->vm, BENCH_SHARED, 4096), 0, 4096);
	if (!share(&session->vm, HULL_HYPERCALL_SHARE_OFFER, error) &&
	    !share(&session->peer, HULL_HYPERCALL_SHARE_MAP, error))
		return 0;
	peer_close(session);
	return -1;
}

void bench_meet_end(struct bench_session *session)
{
	peer_close(session);
}
