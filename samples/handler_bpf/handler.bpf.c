// SPDX-License-Identifier: GPL-2.0-only
/*
 * A handler of extra hypercalls as a BPF program.
 *
 *	0x48750300 (a, b)	-> a + b
 *	0x48750301 (address)	-> 0: the eight bytes there are turned round
 *	0x48750302 ()		-> VM id << 8 | vCPU id << 4 | privilege level
 *
 * It sees the calls of all VMs whose policy allows them.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include <linux/hull_hypercall.h>

/* Of include/hull/hypercall.h; where the fields are is found in the module's BTF. */
struct hull_hypercall {
	__u32 vm, vcpu, number, cpl;
	__u64 arg[4];
} __attribute__((preserve_access_index));

extern int hull_bpf_answer(struct hull_hypercall *call, __s64 result) __ksym;
extern int hull_bpf_read(struct hull_hypercall *call, __u64 address, void *buf,
			 __u32 buf__sz) __ksym;
extern int hull_bpf_write(struct hull_hypercall *call, __u64 address, void *buf,
			  __u32 buf__sz) __ksym;

static long turn(struct hull_hypercall *call)
{
	__u64 word = 0;
	int ret;

	ret = hull_bpf_read(call, call->arg[0], &word, sizeof(word));
	if (ret)
		return ret;
	word = __builtin_bswap64(word);
	return hull_bpf_write(call, call->arg[0], &word, sizeof(word));
}

SEC("fentry/hull_bpf_call")
int BPF_PROG(handler, struct hull_hypercall *call)
{
	switch (HULL_HYPERCALL_BASE + call->number) {
	case HULL_HYPERCALL_BPF:
		hull_bpf_answer(call, call->arg[0] + call->arg[1]);
		break;
	case HULL_HYPERCALL_BPF + 1:
		hull_bpf_answer(call, turn(call));
		break;
	case HULL_HYPERCALL_BPF + 2:
		hull_bpf_answer(call, (__u64)call->vm << 8 | call->vcpu << 4 | call->cpl);
		break;
	}
	/* Somebody else's number: without an answer the guest gets -ENOSYS. */
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
