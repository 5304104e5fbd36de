// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an exit costs: the same tiny guest and the same VMM on any device that speaks
 * the KVM ABI. Prints one line a figure: name, unit, value. The unit is the TSC cycle,
 * which in the emulated machine is the instruction.
 *
 * usage: exits /dev/hull | /dev/kvm
 */
#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <x86intrin.h>

#include "measure.h"

#include <linux/hull_hypercall.h>

/* A VM from nothing to its first instruction and the exit that says so. */
static double create_measure(const char *path)
{
	double v[MEASURE_BATCHES];
	struct machine m;
	uint64_t start;
	int i;

	for (i = 0; i < MEASURE_BATCHES; i++) {
		start = __rdtsc();
		machine_open(&m, path);
		measure_load(&m);
		measure_run(&m, bench_first, 1, 0);
		v[i] = __rdtsc() - start;
		machine_close(&m);
	}
	qsort(v, MEASURE_BATCHES, sizeof(v[0]), measure_by_value);
	return v[MEASURE_BATCHES / 2];
}

int main(int argc, char **argv)
{
	/* A number that KVM does not know is its shortest hypercall. */
	bool hull = argc == 2 && !strcmp(argv[1], "/dev/hull");
	uint64_t number = hull ? HULL_HYPERCALL_NOP : 0x1234;
	struct machine m;
	double empty;

	if (argc != 2)
		errx(2, "usage: exits /dev/hull | /dev/kvm");
	machine_open(&m, argv[1]);
	measure_load(&m);
	empty = measure_median(&m, bench_empty, 100, 0, 0);
	measure_report("vmcall", measure_median(&m, bench_vmcall, 100, number, 0) - empty);
	measure_report("cpuid", measure_median(&m, bench_cpuid, 100, 0, 0) - empty);
	measure_report("rdmsr", measure_median(&m, bench_rdmsr, 100, 0x1a0, 0) - empty);
	measure_report("io-kernel", measure_median(&m, bench_in, 100, 0x21, 0) - empty);
	measure_report("io-user", measure_median(&m, bench_out, 100, 0x80, 0) - empty);
	measure_report("ept-fault",
		       measure_median(&m, bench_touch, 100, MACHINE_FRESH, 100 * 4096) - empty);
	machine_close(&m);
	measure_report("vm-create", create_measure(argv[1]));
	return 0;
}
