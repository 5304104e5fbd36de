// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdlib.h>

#include "stats.h"

#define Z_95	1.959964		/* two-sided 95 % of the normal distribution */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The sample below which a share of @share lies, between two neighbours. */
static double quantile(const double *sorted, size_t n, double share)
{
	double place = share * (double)(n - 1);
	size_t below = (size_t)place;
	double part = place - (double)below;

	if (below + 1 >= n)
		return sorted[n - 1];
	return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

/*
 * How many of n samples lie below the true median is binomial with p = 1/2, so the
 * ranks n/2 -+ z * sqrt(n)/2 enclose it with the confidence of z.
 */
static void median_interval(const double *sorted, size_t n, struct bench_stats *stats)
{
	double half = Z_95 * sqrt((double)n) / 2;
	double low = floor((double)n / 2 - half), high = ceil((double)n / 2 + half);

	stats->low = sorted[low < 0 ? 0 : (size_t)low];
	stats->high = sorted[high > (double)(n - 1) ? n - 1 : (size_t)high];
}

void bench_stats_of(double *samples, size_t n, struct bench_stats *stats)
{
	qsort(samples, n, sizeof(*samples), by_value);
	stats->n = n;
	stats->min = samples[0];
	stats->median = quantile(samples, n, 0.5);
	stats->p99 = quantile(samples, n, 0.99);
	stats->max = samples[n - 1];
	median_interval(samples, n, stats);
}
