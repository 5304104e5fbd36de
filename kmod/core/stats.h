/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HULL_CORE_STATS_H
#define HULL_CORE_STATS_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define HULL_EXIT_REASONS	80	/* basic exit reasons counted one by one */

/*
 * Counters of one vCPU. Written by its thread alone, without atomics, and read by
 * others with READ_ONCE(): a reader may be a little behind, never torn (64-bit).
 */
struct hull_vcpu_stats {
	u64 exits[HULL_EXIT_REASONS];
	u64 guest_cycles;	/* TSC cycles in the inner loop */
	u64 user_exits;
	u64 halts;
	u64 injected;
	u64 nmis;
	u64 hypercalls;
	u64 hypercalls_denied;
	u64 tlb_flushes;
	u64 emulated;
};

/* The same summed up, with what the MMU knows. */
struct hull_stats_sum {
	struct hull_vcpu_stats vcpu;
	u64 memory, memory_2m, tables, faults, given;
};

/** hull_stats_add - add a vCPU's counters to @sum; the vCPU may be running */
static inline void hull_stats_add(struct hull_vcpu_stats *sum, const struct hull_vcpu_stats *one)
{
	const u64 *from = (const u64 *)one;
	u64 *to = (u64 *)sum;
	unsigned int i;

	BUILD_BUG_ON(sizeof(*sum) % sizeof(u64));
	for (i = 0; i < sizeof(*sum) / sizeof(u64); i++)
		to[i] += READ_ONCE(from[i]);
}

/** hull_exit_name - name of a basic exit reason, never NULL */
const char *hull_exit_name(u32 reason);
/** hull_stats_ns - TSC cycles of the host as nanoseconds */
u64 hull_stats_ns(u64 cycles);

#endif
