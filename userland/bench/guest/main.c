// SPDX-License-Identifier: GPL-2.0-only
/* The measured guest: no kernel, one function an operation, picked by a table. */
#include <stddef.h>
#include <linux/hull_hypercall.h>

#include "guest.h"

uint64_t stamp(void)
{
	uint32_t low, high;

	/* Nothing before it is left over for after it, and the other way round. */
	__asm__ __volatile__("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static void op_empty(struct bench_job *job)
{
	SAMPLE(job, __asm__ __volatile__("" : : "a"(job->arg[0]) : "memory"));
}

static void op_call(struct bench_job *job)
{
	uint64_t number = job->arg[0];
	int64_t result = 0;

	SAMPLE(job, __asm__ __volatile__("vmcall" : "=a"(result) : "a"(number) : "memory"));
	job->error = result;
}

static void op_multicall(struct bench_job *job)
{
	struct hull_multicall_entry *entry = (void *)(uintptr_t)BENCH_CALLS;
	uint64_t n = job->arg[1], i;
	int64_t result = (int64_t)n;

	for (i = 0; i < n; i++)
		entry[i] = (struct hull_multicall_entry){ .number = (uint32_t)job->arg[0] };
	SAMPLE(job, result = hull_hypercall4(HULL_HYPERCALL_MULTICALL, BENCH_CALLS, n, 0, 0));
	job->error = result == (int64_t)n ? 0 : result;
}

static void op_cpuid(struct bench_job *job)
{
	SAMPLE(job, __asm__ __volatile__("cpuid" : : "a"(0), "c"(0) : "rbx", "rdx", "memory"));
}

static void op_rdmsr(struct bench_job *job)
{
	SAMPLE(job, __asm__ __volatile__("rdmsr" : : "c"(job->arg[0]) : "rax", "rdx", "memory"));
}

static void op_in(struct bench_job *job)
{
	SAMPLE(job, __asm__ __volatile__("inb %%dx, %%al" : : "d"(job->arg[0]) : "rax", "memory"));
}

static void op_out(struct bench_job *job)
{
	SAMPLE(job, __asm__ __volatile__("outb %%al, %%dx" : : "d"(job->arg[0]), "a"(0)
					 : "memory"));
}

static void op_load(struct bench_job *job)
{
	volatile uint32_t *place = (volatile uint32_t *)job->arg[0];

	SAMPLE(job, (void)*place);
}

static void op_store(struct bench_job *job)
{
	volatile uint32_t *place = (volatile uint32_t *)job->arg[0];

	SAMPLE(job, *place = 0);
}

static void (*const ops[BENCH_OP_COUNT])(struct bench_job *job) = {
	[BENCH_OP_EMPTY] = op_empty,
	[BENCH_OP_CALL] = op_call,
	[BENCH_OP_MULTICALL] = op_multicall,
	[BENCH_OP_CPUID] = op_cpuid,
	[BENCH_OP_RDMSR] = op_rdmsr,
	[BENCH_OP_IN] = op_in,
	[BENCH_OP_OUT] = op_out,
	[BENCH_OP_LOAD] = op_load,
	[BENCH_OP_STORE] = op_store,
	[BENCH_OP_RING_SETUP] = op_ring_setup,
	[BENCH_OP_RING] = op_ring,
	[BENCH_OP_RING_END] = op_ring_end,
	[BENCH_OP_EVENT_SETUP] = op_event_setup,
	[BENCH_OP_EVENT_PING] = op_event_ping,
	[BENCH_OP_EVENT_PONG] = op_event_pong,
	[BENCH_OP_SHARE] = op_share,
	[BENCH_OP_SHARE_PING] = op_share_ping,
	[BENCH_OP_SHARE_PONG] = op_share_pong,
};

void job_run(void)
{
	struct bench_job *job = (void *)(uintptr_t)BENCH_JOB;

	job->error = 0;
	if (job->op < BENCH_OP_COUNT && ops[job->op])
		ops[job->op](job);
	else
		job->error = -38;
}
