/* SPDX-License-Identifier: GPL-2.0-only */
/* What is counted of each number that a VM has called. */
#ifndef HULL_HYPERCALL_STATS_H
#define HULL_HYPERCALL_STATS_H

#include <core/record.h>
#include <uapi/linux/hull_hypercall.h>

/* Bucket n counts calls of [2^n, 2^(n+1)) TSC cycles, the last one all above. */
#define HULL_LATENCY_BUCKETS	32

/**
 * struct hull_call_stats - one number
 * @calls: all of them, those refused included
 * @denied: refused by privilege level or policy
 * @errors: answered with a negative result
 * @bytes: moved to and from the guest
 * @latency: log2 histogram of TSC cycles on the host, from exit to entry; of calls from
 *	a ring or a multicall, of the handler
 */
struct hull_call_stats {
	u64 calls;
	u64 denied;
	u64 errors;
	u64 bytes;
	u64 latency[HULL_LATENCY_BUCKETS];
};

/**
 * hull_call_stats_get - of all vCPUs and all runs of a VM
 * @number: offset from HULL_HYPERCALL_BASE, below HULL_HYPERCALL_NUMBERS
 *
 * Context: may sleep. Return: true: called at least once.
 */
bool hull_call_stats_get(struct hull_record *record, u32 number, struct hull_call_stats *sum);

/**
 * hull_call_name - of a number in use: "hull_nop", a handler's name; copies
 * @called: it has been called
 *
 * Return: false: it is not in use
 */
bool hull_call_name(struct hull_record *record, u32 number, bool called, char *name,
		    size_t size);

#endif
