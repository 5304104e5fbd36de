/* SPDX-License-Identifier: GPL-2.0-only */
/* What the measured guest's files share. */
#ifndef HULL_BENCH_GUEST_H
#define HULL_BENCH_GUEST_H

#include "../job.h"

/** stamp - the TSC, with everything before it done */
uint64_t stamp(void);

/* @statement, job->iterations times in each of job->samples samples */
#define SAMPLE(job, statement)							\
do {										\
	volatile uint64_t *sample_ = (volatile uint64_t *)(uintptr_t)BENCH_SAMPLES;	\
	uint32_t left_, s_;							\
	uint64_t from_;								\
										\
	for (s_ = 0; s_ < (job)->samples; s_++) {				\
		from_ = stamp();						\
		for (left_ = (job)->iterations; left_; left_--) {		\
			statement;						\
		}								\
		sample_[s_] = stamp() - from_;					\
	}									\
} while (0)

void job_run(void);

void op_ring_setup(struct bench_job *job);
void op_ring(struct bench_job *job);
void op_ring_end(struct bench_job *job);
void op_event_setup(struct bench_job *job);
void op_event_ping(struct bench_job *job);
void op_event_pong(struct bench_job *job);
void op_share(struct bench_job *job);
void op_share_ping(struct bench_job *job);
void op_share_pong(struct bench_job *job);

#endif
