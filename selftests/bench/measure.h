/* SPDX-License-Identifier: GPL-2.0-only */
/* A tiny guest that times itself, and lines that say what came out. */
#ifndef HULL_BENCH_MEASURE_H
#define HULL_BENCH_MEASURE_H

#include "machine.h"

#define MEASURE_BATCHES		21	/* odd: the median is one of them */

/* guest.S */
extern const char bench_guest_start[], bench_guest_end[];
extern const char bench_empty[], bench_vmcall[], bench_cpuid[], bench_rdmsr[], bench_in[],
		  bench_out[], bench_touch[], bench_first[],
		  bench_traced[];

void measure_load(struct machine *m);
/* Runs one entry point of the guest; returns cycles between its two stamps. */
uint64_t measure_run(struct machine *m, const char *entry, uint64_t iterations, uint64_t what);
/* The median batch, per iteration; @what grows by @step from batch to batch. */
double measure_median(struct machine *m, const char *entry, unsigned int iterations,
		      uint64_t what, uint64_t step);
/* for qsort() of doubles */
int measure_by_value(const void *a, const void *b);
/* FIGURE name instructions value */
void measure_report(const char *name, double value);

#endif
