// SPDX-License-Identifier: GPL-2.0-only
/* The other kind of program: what it returns, if not 0, is the answer, and ends the round. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include <linux/hull_hypercall.h>

struct hull_hypercall {
	__u32 number;
	__u64 arg[4];
} __attribute__((preserve_access_index));

SEC("fmod_ret/hull_bpf_call")
int BPF_PROG(modify, struct hull_hypercall *call)
{
	if (HULL_HYPERCALL_BASE + call->number != HULL_HYPERCALL_BPF + 4)
		return 0;
	return call->arg[0] * 2;
}

char LICENSE[] SEC("license") = "GPL";
