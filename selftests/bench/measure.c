// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "measure.h"

void measure_load(struct machine *m)
{
	machine_load(m, MACHINE_LONG, bench_guest_start, bench_guest_end - bench_guest_start);
}

/* Runs one entry point of the guest; returns cycles between its two stamps. */
uint64_t measure_run(struct machine *m, const char *entry, uint64_t iterations, uint64_t what)
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
		if (reason == KVM_EXIT_HYPERCALL) {
			m->run->hypercall.ret = 0;
			continue;
		}
		if (reason != KVM_EXIT_IO)
			errx(1, "exit reason %d", reason);
		if (m->run->io.port == 0x81)
			return stamp[1] - stamp[0];
	}
}

int measure_by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The median batch, per iteration: a timer tick in one batch changes nothing. */
double measure_median(struct machine *m, const char *entry, unsigned int iterations, uint64_t what,
		     uint64_t step)
{
	double v[MEASURE_BATCHES];
	int i;

	measure_run(m, entry, iterations, what);
	for (i = 0; i < MEASURE_BATCHES; i++)
		v[i] = (double)measure_run(m, entry, iterations, what + (i + 1) * step) / iterations;
	qsort(v, MEASURE_BATCHES, sizeof(v[0]), measure_by_value);
	return v[MEASURE_BATCHES / 2];
}

void measure_report(const char *name, double value)
{
	printf("FIGURE %s instructions %.1f\n", name, value);
	fflush(stdout);
}
