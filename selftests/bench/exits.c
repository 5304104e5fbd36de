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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <x86intrin.h>

#include "machine.h"

#include <linux/hull_hypercall.h>

#define BATCHES		21		/* odd: the median is one of them */

extern const char bench_guest_start[], bench_guest_end[];
extern const char bench_empty[], bench_vmcall[], bench_cpuid[], bench_rdmsr[], bench_in[],
		  bench_out[], bench_touch[], bench_first[];

static void guest_load(struct machine *m)
{
	machine_load(m, MACHINE_LONG, bench_guest_start, bench_guest_end - bench_guest_start);
}

/* Runs one entry point of the guest; returns cycles between its two stamps. */
static uint64_t guest_run(struct machine *m, const char *entry, uint64_t iterations, uint64_t what)
{
	/* Interrupts on, as most of a kernel runs. */
	struct kvm_regs regs = {
		.rip = MACHINE_CODE + (entry - bench_guest_start), .rflags = 0x202,
		.rsp = MACHINE_STACK, .rcx = iterations, .rdi = MACHINE_RESULT,
		.r8 = what,
	};
	uint64_t *stamp = (uint64_t *)(m->memory + MACHINE_RESULT);
	int reason;

	if (ioctl(m->vcpu, KVM_SET_REGS, &regs))
		err(1, "KVM_SET_REGS");
	for (;;) {
		reason = machine_run(m, 0);
		if (reason != KVM_EXIT_IO)
			errx(1, "exit reason %d", reason);
		if (m->run->io.port == 0x81)
			return stamp[1] - stamp[0];
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The median batch, per iteration: a timer tick in one batch changes nothing. */
static double median(struct machine *m, const char *entry, unsigned int iterations, uint64_t what,
		     uint64_t step)
{
	double v[BATCHES];
	int i;

	guest_run(m, entry, iterations, what);
	for (i = 0; i < BATCHES; i++)
		v[i] = (double)guest_run(m, entry, iterations, what + (i + 1) * step) / iterations;
	qsort(v, BATCHES, sizeof(v[0]), by_value);
	return v[BATCHES / 2];
}

static void report(const char *name, double value)
{
	printf("FIGURE %s instructions %.1f\n", name, value);
	fflush(stdout);
}

/* A VM from nothing to its first instruction and the exit that says so. */
static double create_measure(const char *path)
{
	double v[BATCHES];
	struct machine m;
	uint64_t start;
	int i;

	for (i = 0; i < BATCHES; i++) {
		start = __rdtsc();
		machine_open(&m, path);
		guest_load(&m);
		guest_run(&m, bench_first, 1, 0);
		v[i] = __rdtsc() - start;
		machine_close(&m);
	}
	qsort(v, BATCHES, sizeof(v[0]), by_value);
	return v[BATCHES / 2];
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
	guest_load(&m);
	empty = median(&m, bench_empty, 100, 0, 0);
	report("vmcall", median(&m, bench_vmcall, 100, number, 0) - empty);
	report("cpuid", median(&m, bench_cpuid, 100, 0, 0) - empty);
	report("rdmsr", median(&m, bench_rdmsr, 100, 0x1a0, 0) - empty);
	report("io-kernel", median(&m, bench_in, 100, 0x21, 0) - empty);
	report("io-user", median(&m, bench_out, 100, 0x80, 0) - empty);
	report("ept-fault", median(&m, bench_touch, 100, MACHINE_FRESH, 100 * 4096) - empty);
	machine_close(&m);
	report("vm-create", create_measure(argv[1]));
	return 0;
}
