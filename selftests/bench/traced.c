// SPDX-License-Identifier: GPL-2.0-only
/*
 * One call for ./trace to look at, after others like it.
 *
 * usage: traced NUMBER
 */
#include <err.h>
#include <stdlib.h>

#include "measure.h"

int main(int argc, char **argv)
{
	struct machine m;

	if (argc != 2)
		errx(2, "usage: traced NUMBER");
	machine_open(&m, "/dev/hull");
	measure_load(&m);
	measure_run(&m, bench_traced, 100, strtoul(argv[1], NULL, 0));
	machine_close(&m);
	return 0;
}
