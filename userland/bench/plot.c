// SPDX-License-Identifier: GPL-2.0-only
/*
 * A chart for a paper: a group of bars a transport, a bar an engine and set of
 * mitigations, on a logarithmic axis; whiskers from the minimum to the 99th percentile.
 */
#include <math.h>
#include <string.h>

#include "bench.h"

#define SERIES_MAX	24
#define BAR		9		/* height of a bar, in pixels */
#define GAP		8		/* between groups */
#define LEFT		130		/* where the axis begins */
#define WIDTH		560		/* of the axis */
#define RIGHT		70		/* for the last figure */
#define TOP		24
#define LEGEND_LINE	16

/* Tell apart in print and by those who do not see all colours (Okabe and Ito). */
static const char *const colours[] = {
	"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442", "#666666",
};

struct chart {
	const struct bench_results *results;
	const struct bench_result *series[SERIES_MAX];	/* the first of each */
	size_t n_series;
	double low, high;		/* decades that the axis spans */
	FILE *to;
};

static bool same_series(const struct bench_result *a, const struct bench_result *b)
{
	return !strcmp(a->engine, b->engine) && !strcmp(a->mitigations, b->mitigations);
}

static size_t series_of(struct chart *chart, const struct bench_result *row)
{
	size_t i;

	for (i = 0; i < chart->n_series; i++)
		if (same_series(chart->series[i], row))
			return i;
	if (i == SERIES_MAX)
		return SERIES_MAX - 1;
	chart->series[chart->n_series++] = row;
	return i;
}

/* What is below one cycle is drawn as one. */
static double decade(double value)
{
	return value > 1 ? log10(value) : 0;
}

static void chart_survey(struct chart *chart)
{
	size_t i;

	chart->low = 9;
	for (i = 0; i < chart->results->n; i++) {
		const struct bench_result *row = &chart->results->rows[i];

		if (row->skipped[0])
			continue;
		series_of(chart, row);
		chart->low = fmin(chart->low, floor(decade(row->stats.min)));
		chart->high = fmax(chart->high, ceil(decade(row->stats.p99)));
	}
	if (chart->high <= chart->low)
		chart->high = chart->low + 1;
}

static double x_of(const struct chart *chart, double value)
{
	double share = (decade(value) - chart->low) / (chart->high - chart->low);

	return LEFT + WIDTH * (share < 0 ? 0 : share > 1 ? 1 : share);
}

static void axis_draw(const struct chart *chart, double bottom)
{
	double d;

	for (d = chart->low; d <= chart->high; d++) {
		double x = LEFT + WIDTH * (d - chart->low) / (chart->high - chart->low);

		fprintf(chart->to, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%.1f\" "
			"stroke=\"#ccc\"/>\n", x, TOP, x, bottom);
		fprintf(chart->to, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>\n",
			x, TOP - 6, pow(10, d));
	}
	fprintf(chart->to, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
		LEFT + WIDTH, bottom + 14, "TSC cycles a call");
}

static void bar_draw(const struct chart *chart, const struct bench_result *row,
		     const char *colour, double y)
{
	const struct bench_stats *s = &row->stats;
	double end = x_of(chart, s->median), middle = y + BAR / 2.0;

	fprintf(chart->to, "<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n",
		LEFT, y, end - LEFT, BAR - 1, colour);
	fprintf(chart->to, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
		"stroke=\"#000\"/>\n", x_of(chart, s->min), middle, x_of(chart, s->p99), middle);
	fprintf(chart->to, "<text x=\"%.1f\" y=\"%.1f\">%.0f</text>\n",
		fmax(end, x_of(chart, s->p99)) + 4, y + BAR - 1, s->median);
}

/* The bars of one transport, below @y; Return: where the next group begins. */
static double group_draw(struct chart *chart, size_t first, double y)
{
	const struct bench_result *rows = chart->results->rows;
	const char *name = rows[first].transport;
	double top = y;
	size_t i;

	for (i = first; i < chart->results->n; i++) {
		size_t series;

		if (rows[i].skipped[0] || strcmp(rows[i].transport, name))
			continue;
		series = series_of(chart, &rows[i]);
		bar_draw(chart, &rows[i],
			 colours[series % (sizeof(colours) / sizeof(colours[0]))], y);
		y += BAR;
	}
	if (y == top)
		return top;
	fprintf(chart->to, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 6,
		(top + y) / 2 + 4, name);
	return y + GAP;
}

static bool first_of_name(const struct bench_results *results, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (!strcmp(results->rows[j].transport, results->rows[i].transport))
			return false;
	return true;
}

static void legend_draw(const struct chart *chart, double y)
{
	size_t i;

	for (i = 0; i < chart->n_series; i++, y += LEGEND_LINE) {
		fprintf(chart->to, "<rect x=\"%d\" y=\"%.1f\" width=\"12\" height=\"10\" "
			"fill=\"%s\"/>\n", LEFT, y,
			colours[i % (sizeof(colours) / sizeof(colours[0]))]);
		fprintf(chart->to, "<text x=\"%d\" y=\"%.1f\">%s, mitigations: %s</text>\n",
			LEFT + 18, y + 9, chart->series[i]->engine,
			chart->series[i]->mitigations);
	}
}

int bench_plot(const struct bench_results *results, FILE *to)
{
	struct chart chart = { .results = results, .to = to };
	double y = TOP + GAP, bottom;
	size_t i, groups = 0, bars = 0;

	chart_survey(&chart);
	for (i = 0; i < results->n; i++) {
		bars += !results->rows[i].skipped[0];
		groups += first_of_name(results, i);
	}
	bottom = y + (double)bars * BAR + (double)groups * GAP;
	fprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" "
		"font-family=\"sans-serif\" font-size=\"10\">\n", LEFT + WIDTH + RIGHT,
		bottom + 24 + (double)chart.n_series * LEGEND_LINE);
	fprintf(to, "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n");
	axis_draw(&chart, bottom);
	for (i = 0; i < results->n; i++)
		if (first_of_name(results, i))
			y = group_draw(&chart, i, y);
	legend_draw(&chart, bottom + 20);
	fprintf(to, "</svg>\n");
	return fflush(to) || ferror(to) ? -1 : 0;
}
