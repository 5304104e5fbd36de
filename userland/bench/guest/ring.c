// SPDX-License-Identifier: GPL-2.0-only
/* Calls by a ring. */
#include <linux/hull_ring.h>

#include "guest.h"

static struct hull_ring_guest ring;

/* arg[0]: entries, arg[1]: idle_us */
void op_ring_setup(struct bench_job *job)
{
	struct hull_ring_setup setup = {
		.gpa = BENCH_RING, .entries = (HULL_U32)job->arg[0],
		.idle_us = (HULL_U32)job->arg[1],
	};
	long result = hull_ring_open(&ring, (void *)BENCH_RING, &setup);

	if (result < 0)
		job->error = result;
}

/* @n calls submitted at once, and reaped as they come. */
static void ring_turn(struct bench_job *job, uint64_t n)
{
	const struct hull_ring_result *result;
	struct hull_ring_call *call;
	uint64_t i;

	for (i = 0; i < n; i++) {
		call = hull_ring_next(&ring);
		call->number = (HULL_U32)job->arg[0];
		call->cookie = i;
	}
	hull_ring_submit(&ring);
	for (i = 0; i < n;) {
		result = hull_ring_reap(&ring);
		if (result)
			i++;
		else if (hull_ring_broken(&ring))
			break;
		else
			__builtin_ia32_pause();
	}
}

void op_ring(struct bench_job *job)
{
	SAMPLE(job, ring_turn(job, job->arg[1]));
	if (hull_ring_broken(&ring))
		job->error = hull_ring_broken(&ring);
}

void op_ring_end(struct bench_job *job)
{
	job->error = hull_ring_end((unsigned long)ring.id);
}
