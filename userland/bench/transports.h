/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HULL_BENCH_TRANSPORTS_H
#define HULL_BENCH_TRANSPORTS_H

#include "bench.h"
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
 * @begin, @end: around the measurement, may be NULL; begin: 0, -1 and *@error,
 *	code ENOTSUP: skip it, the text says why
 */
struct bench_transport {
	const char *name, *what;
	unsigned int engines;
	uint32_t per, divide;
	struct bench_job job;
	const char *absent;
	int (*begin)(struct bench_session *session, const struct bench_transport *transport,
		     struct vmm_error *error);
	void (*end)(struct bench_session *session);
};

/* What rows may use: the VM that is measured, and room for a helper of theirs. */
struct bench_session {
	const struct bench_plan *plan;
	uint32_t mitigations;
	bool hull;
	struct bench_vm vm;
	struct bench_vm peer;		/* a second VM, while a row has one */
	pthread_t thread;
	void *data;
};

extern const struct bench_transport bench_transports[];	/* ends with a row without name */

#endif
