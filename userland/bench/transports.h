/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HULL_BENCH_TRANSPORTS_H
#define HULL_BENCH_TRANSPORTS_H

#include "bench.h"
#include "helper.h"
#include "vm.h"

struct bench_session;

/**
 * struct bench_transport - a way out of a guest, and how it is measured
 * @name: for the command line
 * @what: a phrase
 * @engines: BENCH_ON_*: where it exists
 * @per: calls that one iteration makes
 * @divide: iterations are fewer by this, for what takes long
 * @job: what the guest does
 * @absent: what to say where the call is answered -ENOSYS
 * @peer: what a second guest does at the same time; 0: there is none
 * @begin, @end: around the measurement, may be NULL; begin: 0, -1 and *@error,
 *	code ENOTSUP: skip it, the text says why
 */
struct bench_transport {
	const char *name, *what;
	unsigned int engines;
	uint32_t per, divide;
	struct bench_job job;
	const char *absent;
	enum bench_op peer;
	int (*begin)(struct bench_session *session, struct vmm_error *error);
	void (*end)(struct bench_session *session);
};

/* What rows may use: the VM that is measured, and room for a helper of theirs. */
struct bench_session {
	const struct bench_plan *plan;
	uint32_t mitigations;
	bool hull;
	struct bench_vm vm;
	struct bench_vm peer;		/* a second VM, while a row has one */
	struct bench_job peer_job;
	struct vmm_error peer_error;
	struct bench_helper helper;
	void *data;
};

int bench_denied_begin(struct bench_session *session, struct vmm_error *error);
int bench_limited_begin(struct bench_session *session, struct vmm_error *error);
int bench_exceeded_begin(struct bench_session *session, struct vmm_error *error);
int bench_forward_begin(struct bench_session *session, struct vmm_error *error);
void bench_policy_end(struct bench_session *session);

int bench_user_begin(struct bench_session *session, struct vmm_error *error);
void bench_user_end(struct bench_session *session);

int bench_ring_polled_begin(struct bench_session *session, struct vmm_error *error);
int bench_ring_doorbell_begin(struct bench_session *session, struct vmm_error *error);
void bench_ring_end(struct bench_session *session);

int bench_event_begin(struct bench_session *session, struct vmm_error *error);
int bench_share_begin(struct bench_session *session, struct vmm_error *error);
void bench_meet_end(struct bench_session *session);
int bench_peer_start(struct bench_session *session, enum bench_op op, const struct bench_job *job,
		     struct vmm_error *error);
void bench_peer_end(struct bench_session *session, bool done);

extern const struct bench_transport bench_transports[];	/* ends with a row without name */

#endif
