// SPDX-License-Identifier: GPL-2.0-only
/* A guest that needs nothing around it: 64-bit code at its load address. */
#include "guest.h"

#define SPINS		200	/* looks at an empty queue before it gives the CPU away */

void guest_main(struct job *job);

static void out8(unsigned short port)
{
	__asm__ volatile("outb %%al, %0" : : "Nd"(port) : "memory");
}

static HULL_U64 tsc(void)
{
	HULL_U32 low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (HULL_U64)high << 32 | low;
}

static HULL_U32 mixed_number(HULL_U64 i)
{
	switch (i & 3) {
	case 0:
		return HULL_HYPERCALL_VERSION;
	case 1:
		return HULL_HYPERCALL_BASE + 0xff;
	case 2:
		return HULL_HYPERCALL_RING_END;
	default:
		return HULL_HYPERCALL_NOP;
	}
}

static HULL_S64 mixed_result(HULL_U64 i)
{
	static const signed char results[] = { HULL_HYPERCALL_ABI, -38, -95, 0 };

	return results[i & 3];
}

static void fill(struct hull_ring_guest *ring, HULL_U64 from, HULL_U64 to, int mixed)
{
	struct hull_ring_call *call;

	for (; from < to; from++) {
		call = hull_ring_next(ring);
		call->number = mixed ? mixed_number(from) : HULL_HYPERCALL_NOP;
		call->cookie = from;
	}
}

/* Results that are there, as far as @to. */
static HULL_U64 take(struct hull_ring_guest *ring, struct job *job, HULL_U64 from, HULL_U64 to)
{
	const struct hull_ring_result *result;

	while (from < to && (result = hull_ring_reap(ring))) {
		job->wrong += result->cookie != from ||
			      result->result != (job->mixed ? mixed_result(from) : 0);
		from++;
	}
	return from;
}

static HULL_U64 wait_for(struct hull_ring_guest *ring, struct job *job, HULL_U64 from, HULL_U64 to)
{
	unsigned int spins = 0;

	while ((from = take(ring, job, from, to)) < to) {
		if (hull_ring_broken(ring))
			break;
		/* PAUSE again and again is an exit, too. */
		if (job->kind == JOB_POLL)
			continue;
		if (++spins % SPINS == 0)
			out8(PORT_TIME);
		__builtin_ia32_pause();
	}
	return from;
}

/* Batches one behind the other; the pause between them varies, to meet the host half asleep. */
static void stream(struct job *job)
{
	struct hull_ring_guest ring;
	HULL_U64 at = 0, next;
	volatile HULL_U32 pause;

	job->ret = hull_ring_open(&ring, (void *)job->setup.gpa, &job->setup);
	if (job->ret < 0)
		return;
	while (at < job->count) {
		next = at + job->batch < job->count ? at + job->batch : job->count;
		fill(&ring, at, next, job->mixed);
		job->doorbells += !!ring.shared->sleeping;
		job->ret = hull_ring_submit(&ring);
		at = wait_for(&ring, job, at, next);
		job->done = at;
		if (job->ret || at < next)
			return;
		for (pause = at * 7 % 1021; pause; pause--)
			;
	}
	job->ret = hull_ring_end(ring.id);
}

/* The price of the guest's side alone: the host serves while the guest is out. */
static void rounds(struct job *job)
{
	struct hull_ring_guest ring;
	const struct hull_ring_result *result;
	struct hull_ring_call *call;
	HULL_U64 start, begin, sum = 0;
	HULL_U32 n, batch = job->batch;

	job->ret = hull_ring_open(&ring, (void *)job->setup.gpa, &job->setup);
	if (job->ret < 0)
		return;
	while (job->done < job->count) {
		while (job->asleep && !*(volatile HULL_U32 *)&ring.shared->sleeping)
			out8(PORT_TIME);
		job->doorbells += !!ring.shared->sleeping;
		begin = start = tsc();
		for (n = batch; n; n--) {
			call = hull_ring_next(&ring);
			if (!call)
				break;
			call->number = HULL_HYPERCALL_NOP;
			call->cookie = n;
		}
		hull_ring_submit(&ring);
		job->cycles += tsc() - start;

		while (*(volatile HULL_U32 *)&ring.shared->result_tail != ring.tail)
			out8(PORT_TIME);

		start = tsc();
		while ((result = hull_ring_reap(&ring)))
			sum += result->result;
		job->cycles += tsc() - start;
		job->total += tsc() - begin;
		job->done += batch;
	}
	job->wrong = sum;
	job->ret = hull_ring_end(ring.id);
}

__attribute__((section(".head")))
void guest_main(struct job *job)
{
	switch (job->kind) {
	case JOB_CALL:
		job->ret = hull_hypercall4(job->number, job->arg[0], job->arg[1], job->arg[2],
					   job->arg[3]);
		break;
	case JOB_STREAM:
	case JOB_POLL:
		stream(job);
		break;
	case JOB_ROUNDS:
		rounds(job);
		break;
	}
	for (;;)
		out8(PORT_DONE);
}
