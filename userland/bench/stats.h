/* SPDX-License-Identifier: GPL-2.0-only */
/* What a row of samples says. Pure. */
#ifndef HULL_BENCH_STATS_H
#define HULL_BENCH_STATS_H

#include <stddef.h>

/*
 * @min, @median, @p99, @max: of the samples
 * @low, @high: confidence interval of the median at 95 %, from order statistics: no
 *	assumption on how the samples are distributed
 */
struct bench_stats {
	size_t n;
	double min, median, p99, max, low, high;
};

/** bench_stats_of - sorts @samples; @n: at least 1 */
void bench_stats_of(double *samples, size_t n, struct bench_stats *stats);

#endif
