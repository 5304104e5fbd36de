/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long each way out of a guest takes, measured in the guest by its TSC. A way is a
 * row of transports.c.
 */
#ifndef HULL_BENCH_BENCH_H
#define HULL_BENCH_BENCH_H

#include <stdbool.h>
#include <stdio.h>
#include <lib/client.h>
#include <vmm/error.h>

#include "job.h"
#include "stats.h"

#define BENCH_ON_HULL	1u
#define BENCH_ON_KVM	2u

#define BENCH_TEXT_MAX	128

/*
 * @only: name of one transport, or NULL: all
 * @engines: BENCH_ON_*
 * @client: for Hull's engine
 * @mitigations: of the host; with @sweep each of them is taken away and given alone
 */
struct bench_plan {
	const char *only;
	unsigned int engines;
	struct hull_client *client;
	uint32_t samples, iterations;
	uint32_t mitigations;
	bool sweep;
};

/* One figure. @skipped: why there is none, else "". */
struct bench_result {
	const char *transport, *what, *engine;
	char mitigations[BENCH_TEXT_MAX];
	char skipped[BENCH_TEXT_MAX];
	struct bench_stats stats;
};

struct bench_results {
	size_t n, room;
	struct bench_result *rows;
};

/**
 * bench_run - measure what the plan says
 * @progress: called before each figure; may be NULL
 *
 * A transport that this host lacks is a result with a reason. Free with
 * bench_results_free(), also after a failure.
 */
int bench_run(const struct bench_plan *plan, struct bench_results *results,
	      void (*progress)(const char *engine, const char *mitigations,
			       const char *transport),
	      struct vmm_error *error);
void bench_results_free(struct bench_results *results);

/** bench_transport_name - the @i-th transport, or NULL */
const char *bench_transport_name(size_t i);
const char *bench_transport_what(size_t i);

void bench_csv(const struct bench_results *results, FILE *to);
/** bench_plot - an SVG chart; Return: 0, -1: cannot write (errno) */
int bench_plot(const struct bench_results *results, FILE *to);

#endif
