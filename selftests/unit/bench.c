// SPDX-License-Identifier: GPL-2.0-only
/* What vmctl bench makes of samples: statistics, CSV, chart. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hull_tap.h"
#include "../../userland/bench/bench.h"

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void test_stats(void)
{
	struct bench_stats s;
	double one[] = { 7 }, many[101], odd[] = { 3, 1, 2 };
	int i;

	bench_stats_of(one, 1, &s);
	tap_ok(s.n == 1 && near(s.min, 7) && near(s.median, 7) && near(s.p99, 7) &&
	       near(s.max, 7) && near(s.low, 7) && near(s.high, 7), "one sample is all there is");
	bench_stats_of(odd, 3, &s);
	tap_ok(near(s.median, 2) && near(s.min, 1) && near(s.max, 3), "the middle of three");
	for (i = 0; i < 101; i++)
		many[i] = (i * 37) % 101;		/* 0 to 100, in no order */
	bench_stats_of(many, 101, &s);
	tap_ok(near(s.median, 50) && near(s.p99, 99) && near(s.max, 100), "quantiles of 0..100");
	/* ranks 50.5 -+ 1.96 * sqrt(101) / 2 = 40.65 and 60.35 */
	tap_ok(near(s.low, 40) && near(s.high, 61), "interval of the median: %g to %g", s.low,
	       s.high);
	for (i = 0; i < 101; i++)
		many[i] = i == 100 ? 1e9 : 5;
	bench_stats_of(many, 101, &s);
	tap_ok(near(s.median, 5) && near(s.p99, 5) && near(s.max, 1e9),
	       "one outlier moves the maximum alone");
}

static struct bench_result rows[] = {
	{ .transport = "nop", .what = "x", .engine = "hull", .mitigations = "default",
	  .stats = { 11, 90, 100, 120, 130, 95, 105 } },
	{ .transport = "bpf", .what = "x", .engine = "hull", .mitigations = "a,b",
	  .skipped = "not there" },
	{ .transport = "nop", .what = "x", .engine = "kvm", .mitigations = "default",
	  .stats = { 11, 900, 1000, 1200, 1300, 950, 1050 } },
};

static char *written(void (*write)(const struct bench_results *, FILE *))
{
	struct bench_results results = { .n = 3, .room = 3, .rows = rows };
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	write(&results, file);
	fclose(file);
	return text;
}

static void plot(const struct bench_results *results, FILE *to)
{
	bench_plot(results, to);
}

static void test_csv(void)
{
	char *text = written(bench_csv);

	tap_ok(strstr(text, "\nnop,hull,\"default\",11,90.0,100.0,120.0,130.0,95.0,105.0,\n"),
	       "a line a figure");
	tap_ok(strstr(text, "\nbpf,hull,\"a,b\",0,,,,,,,\"not there\"\n"),
	       "a figure that is missing says why");
	free(text);
}

static int count(const char *text, const char *word)
{
	int n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

static void test_plot(void)
{
	char *text = written(plot);

	tap_ok(!strncmp(text, "<svg ", 5) && strstr(text, "</svg>\n"), "the chart is whole");
	/* paper, two bars, two lines of the legend */
	tap_ok(count(text, "<rect ") == 5, "a bar a figure: %d", count(text, "<rect ") - 3);
	tap_ok(strstr(text, ">nop</text>") && !strstr(text, ">bpf</text>"),
	       "what is missing has no group");
	tap_ok(strstr(text, "kvm, mitigations: default"), "the legend names the series");
	tap_ok(!strstr(text, "nan") && !strstr(text, "inf"), "all places are numbers");
	free(text);
}

int main(void)
{
	tap_plan(12);
	test_stats();
	test_csv();
	test_plot();
	return tap_end();
}
