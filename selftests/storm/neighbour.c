// SPDX-License-Identifier: GPL-2.0-only
/*
 * neighbour NUMBER COUNT: a VM that makes one call again and again and says how long each
 * took, by its own clock: "neighbour: COUNT calls in MS ms, p90 NS p99 NS max NS".
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "machine.h"

#define SAMPLES_MAX	1000000UL
#define SCRATCH		MACHINE_RESULT

extern const char neighbour_start[], neighbour_end[];

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	struct kvm_regs regs;
	uint32_t *samples;
	struct machine m;
	size_t count;
	double from, took;
	int khz;

	if (argc != 3)
		errx(2, "usage: neighbour NUMBER COUNT");
	count = strtoul(argv[2], NULL, 0);
	if (!count || count > SAMPLES_MAX)
		errx(2, "1 to %lu calls", SAMPLES_MAX);
	if (!machine_try_open(&m, "/dev/hull"))
		err(4, "no VM to be had");
	khz = ioctl(m.vcpu, KVM_GET_TSC_KHZ);
	if (khz <= 0)
		err(1, "KVM_GET_TSC_KHZ");
	samples = (uint32_t *)(m.memory + MACHINE_FRESH);
	memset(samples, 0, count * sizeof(*samples));
	machine_load(&m, MACHINE_LONG, neighbour_start, neighbour_end - neighbour_start);
	if (ioctl(m.vcpu, KVM_GET_REGS, &regs))
		err(1, "KVM_GET_REGS");
	regs.r8 = strtoul(argv[1], NULL, 0);
	regs.rbx = SCRATCH;
	regs.rdi = MACHINE_FRESH;
	regs.r12 = count;
	if (ioctl(m.vcpu, KVM_SET_REGS, &regs))
		err(1, "KVM_SET_REGS");
	from = now();
	if (machine_run(&m, 0) != KVM_EXIT_IO)
		errx(1, "exit reason %u", m.run->exit_reason);
	took = now() - from;
	qsort(samples, count, sizeof(*samples), by_value);
	printf("neighbour: %zu calls in %.0f ms, p90 %.0f p99 %.0f max %.0f\n", count, took,
	       samples[count * 9 / 10] * 1e6 / khz, samples[count * 99 / 100] * 1e6 / khz,
	       samples[count - 1] * 1e6 / khz);
	machine_close(&m);
	return 0;
}
