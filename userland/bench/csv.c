// SPDX-License-Identifier: GPL-2.0-only
#include "bench.h"

/* Texts have no quotes and no line ends; those with commas are quoted as all are. */
void bench_csv(const struct bench_results *results, FILE *to)
{
	size_t i;

	fprintf(to, "transport,engine,mitigations,n,min,median,p99,max,low95,high95,skipped\n");
	for (i = 0; i < results->n; i++) {
		const struct bench_result *row = &results->rows[i];
		const struct bench_stats *s = &row->stats;

		fprintf(to, "%s,%s,\"%s\",%zu,", row->transport, row->engine, row->mitigations,
			s->n);
		if (row->skipped[0])
			fprintf(to, ",,,,,,\"%s\"\n", row->skipped);
		else
			fprintf(to, "%.1f,%.1f,%.1f,%.1f,%.1f,%.1f,\n", s->min, s->median, s->p99,
				s->max, s->low, s->high);
	}
}
