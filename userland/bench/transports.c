// SPDX-License-Identifier: GPL-2.0-only
/* The transports, a row each. */
#include <errno.h>
#include <linux/hull_hypercall.h>

#include "transports.h"

#define MSR_MISC_ENABLE		0x1a0

#define ON_BOTH			(BENCH_ON_HULL | BENCH_ON_KVM)

#define MULTICALL(n)									\
	{ .name = "multicall-" #n, .what = "hull_nop, " #n " in one VMCALL, each",	\
	  .engines = BENCH_ON_HULL, .per = (n), .divide = (n) > 8 ? 8 : 1,		\
	  .job = { .op = BENCH_OP_MULTICALL, .arg = { HULL_HYPERCALL_NOP, (n) } } }

const struct bench_transport bench_transports[] = {
	{ .name = "nop", .what = "VMCALL, hull_nop", .engines = BENCH_ON_HULL, .per = 1,
	  .divide = 1, .job = { .op = BENCH_OP_CALL, .arg = { HULL_HYPERCALL_NOP } } },
	/* A number that KVM does not know is its shortest hypercall. */
	{ .name = "kvm-nop", .what = "VMCALL, an unknown number", .engines = ON_BOTH, .per = 1,
	  .divide = 1, .job = { .op = BENCH_OP_CALL, .arg = { 0x1234 }, .expected = -1000 } },
	{ .name = "denied", .what = "VMCALL, hull_nop, refused by policy",
	  .engines = BENCH_ON_HULL, .per = 1, .divide = 1,
	  .job = { .op = BENCH_OP_CALL, .arg = { HULL_HYPERCALL_NOP }, .expected = -EPERM },
	  .begin = bench_denied_begin, .end = bench_policy_end },
	{ .name = "limited", .what = "VMCALL, hull_nop, below a limit",
	  .engines = BENCH_ON_HULL, .per = 1, .divide = 1,
	  .job = { .op = BENCH_OP_CALL, .arg = { HULL_HYPERCALL_NOP } },
	  .begin = bench_limited_begin, .end = bench_policy_end },
	{ .name = "exceeded", .what = "VMCALL, hull_nop, above a limit",
	  .engines = BENCH_ON_HULL, .per = 1, .divide = 1,
	  .job = { .op = BENCH_OP_CALL, .arg = { HULL_HYPERCALL_NOP }, .expected = -EBUSY },
	  .begin = bench_exceeded_begin, .end = bench_policy_end },
	{ .name = "module", .what = "VMCALL, handler in a module",
	  .engines = BENCH_ON_HULL, .per = 1, .divide = 1,
	  .job = { .op = BENCH_OP_CALL, .arg = { HULL_HYPERCALL_MODULE } },
	  .absent = "no module answers 0x48750100: load samples/handler_module" },
	{ .name = "bpf", .what = "VMCALL, handler in BPF", .engines = BENCH_ON_HULL, .per = 1,
	  .divide = 1, .job = { .op = BENCH_OP_CALL, .arg = { HULL_HYPERCALL_BPF } },
	  .absent = "no BPF program answers 0x48750300: start samples/handler_bpf" },
	{ .name = "forward", .what = "VMCALL, answered by the VMM", .engines = BENCH_ON_HULL,
	  .per = 1, .divide = 4,
	  .job = { .op = BENCH_OP_CALL, .arg = { HULL_HYPERCALL_USER } },
	  .begin = bench_forward_begin, .end = bench_policy_end },
	{ .name = "user", .what = "VMCALL, handler in a process", .engines = BENCH_ON_HULL,
	  .per = 1, .divide = 4,
	  .job = { .op = BENCH_OP_CALL, .arg = { HULL_HYPERCALL_USER } },
	  .begin = bench_user_begin, .end = bench_user_end },
	MULTICALL(1),
	MULTICALL(4),
	MULTICALL(16),
	MULTICALL(64),
	MULTICALL(256),
	{ .name = "cpuid", .what = "CPUID", .engines = ON_BOTH, .per = 1, .divide = 1,
	  .job = { .op = BENCH_OP_CPUID } },
	{ .name = "rdmsr", .what = "RDMSR", .engines = ON_BOTH, .per = 1, .divide = 1,
	  .job = { .op = BENCH_OP_RDMSR, .arg = { MSR_MISC_ENABLE } } },
	{ .name = "io-kernel", .what = "IN, answered by the kernel", .engines = ON_BOTH, .per = 1,
	  .divide = 1, .job = { .op = BENCH_OP_IN, .arg = { BENCH_PORT_PIC } } },
	{ .name = "io-user", .what = "OUT, answered by the VMM", .engines = ON_BOTH, .per = 1,
	  .divide = 4, .job = { .op = BENCH_OP_OUT, .arg = { BENCH_PORT_USER } } },
	{ .name = "mmio-kernel", .what = "load, answered by the kernel", .engines = ON_BOTH,
	  .per = 1, .divide = 2, .job = { .op = BENCH_OP_LOAD, .arg = { BENCH_IOAPIC } } },
	{ .name = "mmio-user", .what = "store, answered by the VMM", .engines = ON_BOTH, .per = 1,
	  .divide = 4, .job = { .op = BENCH_OP_STORE, .arg = { BENCH_HOLE } } },
	{ .name = "ring-polled", .what = "ring, 64 calls in flight, each",
	  .engines = BENCH_ON_HULL, .per = 64, .divide = 8,
	  .job = { .op = BENCH_OP_RING, .arg = { HULL_HYPERCALL_NOP, 64 } },
	  .begin = bench_ring_polled_begin, .end = bench_ring_end },
	{ .name = "ring-doorbell", .what = "ring whose host sleeps, one call",
	  .engines = BENCH_ON_HULL, .per = 1, .divide = 8,
	  .job = { .op = BENCH_OP_RING, .arg = { HULL_HYPERCALL_NOP, 1 } },
	  .begin = bench_ring_doorbell_begin, .end = bench_ring_end },
	{ .name = "event", .what = "event to another VM and back, both halted meanwhile",
	  .engines = BENCH_ON_HULL, .per = 1, .divide = 8,
	  .job = { .op = BENCH_OP_EVENT_PING }, .peer = BENCH_OP_EVENT_PONG,
	  .begin = bench_event_begin, .end = bench_meet_end },
	{ .name = "share", .what = "a word to another VM and back by shared memory",
	  .engines = BENCH_ON_HULL, .per = 1, .divide = 1,
	  .job = { .op = BENCH_OP_SHARE_PING }, .peer = BENCH_OP_SHARE_PONG,
	  .begin = bench_share_begin, .end = bench_meet_end },
	{ .name = NULL },
};

const char *bench_transport_name(size_t i)
{
	return i < sizeof(bench_transports) / sizeof(bench_transports[0]) ?
	       bench_transports[i].name : NULL;
}

const char *bench_transport_what(size_t i)
{
	return bench_transport_name(i) ? bench_transports[i].what : NULL;
}
