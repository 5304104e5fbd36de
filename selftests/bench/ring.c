// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call through a ring costs: the guest's instructions for submitting and reaping,
 * alone and with a doorbell; the whole way there and back; exits of the guest's own
 * making while the host polls. Prints lines as exits.c does.
 *
 * usage: ring
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rings.h"

#define ROUNDS		200
#define POLLED		100000u

/* These exits are the host's: interrupts, and the timer that stands in for them in Bochs. */
#define EXIT_INTERRUPT	1
#define EXIT_TIMER	52

/* What a polled run needs anyway: set-up, end, and the write that says it is done. */
#define EXITS_AROUND	3

static void report(const char *name, const char *unit, double value)
{
	printf("FIGURE %s %s %.1f\n", name, unit, value);
	fflush(stdout);
}

static struct job *job_run(struct vm *vm, enum job_kind kind, uint32_t batch, uint64_t count,
			   uint32_t idle_us, bool asleep)
{
	struct job *job = vm->vcpu[0].job;
	struct view v;

	view_init(vm, &v, 0, batch < 2 ? 2 : batch, 0, 0);
	v.setup.idle_us = idle_us;
	*job = (struct job){
		.kind = kind, .setup = v.setup, .batch = batch, .count = count, .asleep = asleep,
	};
	vcpu_start(vm, 0);
	vcpu_join(vm, 0);
	if (job->ret || job->done < count || job->wrong)
		errx(1, "batches of %u: %lld, %llu of %llu done", batch, job->ret, job->done,
		     job->count);
	return job;
}

/* Once to warm up, then for the record. */
static void rounds(struct vm *vm, const char *name, uint32_t batch, uint32_t idle_us, bool asleep)
{
	const uint64_t count = ROUNDS * batch;
	char total[64];
	struct job *job;

	job_run(vm, JOB_ROUNDS, batch, count, idle_us, asleep);
	job = job_run(vm, JOB_ROUNDS, batch, count, idle_us, asleep);
	if (!asleep && job->doorbells)
		warnx("%s: %llu doorbells", name, job->doorbells);
	report(name, "instructions", (double)job->cycles / count);
	snprintf(total, sizeof(total), "%s-full", name);
	report(total, "instructions", (double)job->total / count);
}

/* Exits so far, but those that interrupts make. */
static unsigned long long exits(void)
{
	static char text[1 << 16];
	unsigned long long count, sum = 0;
	unsigned int reason;
	FILE *stats = popen("vmctl vm stats ring -j", "r");
	const char *at;
	size_t n;

	if (!stats)
		err(1, "vmctl");
	n = fread(text, 1, sizeof(text) - 1, stats);
	text[n] = 0;
	if (pclose(stats))
		errx(1, "vmctl vm stats failed");
	for (at = text; (at = strstr(at, "\"reason\"")); at++)
		if (sscanf(at, "\"reason\" : %u , \"name\" : \"%*[^\"]\" , \"count\" : %llu", &reason,
			   &count) == 2 && reason != EXIT_INTERRUPT && reason != EXIT_TIMER)
			sum += count;
	return sum;
}

static void polled(struct vm *vm)
{
	unsigned long long before;

	job_run(vm, JOB_POLL, 64, POLLED, HULL_RING_IDLE_US_MAX, false);
	before = exits();
	job_run(vm, JOB_POLL, 64, POLLED, HULL_RING_IDLE_US_MAX, false);
	report("ring-exits", "exits-per-1000-calls",
	       (double)(exits() - before - EXITS_AROUND) * 1000 / POLLED);
}

int main(void)
{
	struct vm vm;

	vm_open(&vm);
	servers_start(&vm, 1);
	vm_serve(&vm, HULL_VM_SERVE_OFFER);
	rounds(&vm, "ring-64", 64, HULL_RING_IDLE_US_MAX, false);
	rounds(&vm, "ring-16", 16, HULL_RING_IDLE_US_MAX, false);
	rounds(&vm, "ring-1", 1, HULL_RING_IDLE_US_MAX, false);
	rounds(&vm, "ring-doorbell", 1, 1, true);
	polled(&vm);
	vm_close(&vm);
	return 0;
}
