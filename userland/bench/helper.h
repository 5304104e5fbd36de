/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread beside the measurement: it serves, or runs a second guest. */
#ifndef HULL_BENCH_HELPER_H
#define HULL_BENCH_HELPER_H

#include <pthread.h>
#include <stdatomic.h>
#include <vmm/error.h>

struct bench_helper {
	pthread_t thread;
	atomic_bool ending;
	void *data;
};

/** bench_helper_start - @fn gets the helper; it returns soon after @ending is set and a signal */
int bench_helper_start(struct bench_helper *helper, void *(*fn)(void *), void *data,
		       struct vmm_error *error);
/** bench_helper_join - wait until it is done by itself */
void bench_helper_join(struct bench_helper *helper);
/** bench_helper_end - interrupt it until it is gone */
void bench_helper_end(struct bench_helper *helper);

#endif
