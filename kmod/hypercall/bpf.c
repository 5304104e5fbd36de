// SPDX-License-Identifier: GPL-2.0-only
/* The hook that BPF programs attach to, and what they may call. */

#include <linux/err.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/uaccess.h>
#include <compat/bpf.h>
#include <hypercall/bpf.h>

#ifdef HULL_COMPAT_BPF

/* The call that programs on this CPU are looking at, and what they have said of it. */
struct at_hand {
	struct hull_call *call;
	long answer;
};

static DEFINE_PER_CPU(struct at_hand, at_hand);

/* Weak, so that no compiler draws conclusions from what it does without programs. */
__weak noinline long hull_bpf_call(struct hull_hypercall *call)
{
	return 0;
}

/* Programs do not sleep; without preemption the call at hand is this one all along. */
long hull_bpf_handler(struct hull_call *call)
{
	long ret;

	preempt_disable();
	__this_cpu_write(at_hand.call, call);
	__this_cpu_write(at_hand.answer, -ENOSYS);
	ret = hull_bpf_call(&call->module);
	__this_cpu_write(at_hand.call, NULL);
	if (likely(!ret))
		ret = __this_cpu_read(at_hand.answer);
	preempt_enable();
	return hull_call_result(ret);
}

/*
 * What a program hands in need not be the call it was given: it may have kept the pointer,
 * or made it up. An interrupt's program can come upon another's call. NULL: neither.
 */
static struct hull_call *call_check(struct hull_hypercall *hypercall)
{
	struct hull_call *call = container_of(hypercall, struct hull_call, module);

	return in_task() && this_cpu_read(at_hand.call) == call ? call : NULL;
}

__bpf_kfunc_start_defs();

__bpf_kfunc int hull_bpf_answer(struct hull_hypercall *hypercall, s64 result)
{
	if (!call_check(hypercall))
		return -EINVAL;
	this_cpu_write(at_hand.answer, result);
	return 0;
}

__bpf_kfunc int hull_bpf_read(struct hull_hypercall *hypercall, u64 address, void *buf,
			      u32 buf__sz)
{
	struct hull_call *call = call_check(hypercall);
	int ret = -EINVAL;

	if (!call)
		return ret;
	pagefault_disable();
	ret = hull_call_read(call, address, buf, buf__sz);
	pagefault_enable();
	return ret;
}

__bpf_kfunc int hull_bpf_write(struct hull_hypercall *hypercall, u64 address, void *buf,
			       u32 buf__sz)
{
	struct hull_call *call = call_check(hypercall);
	int ret = -EINVAL;

	if (!call)
		return ret;
	pagefault_disable();
	ret = hull_call_write(call, address, buf, buf__sz);
	pagefault_enable();
	return ret;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(kfunc_ids)
BTF_ID_FLAGS(func, hull_bpf_answer)
BTF_ID_FLAGS(func, hull_bpf_read)
BTF_ID_FLAGS(func, hull_bpf_write)
BTF_KFUNCS_END(kfunc_ids)

static const struct btf_kfunc_id_set kfunc_set = {
	.owner = THIS_MODULE,
	.set = &kfunc_ids,
};

BTF_KFUNCS_START(hook_ids)
BTF_ID_FLAGS(func, hull_bpf_call)
BTF_KFUNCS_END(hook_ids)

static const struct btf_kfunc_id_set hook_set = {
	.owner = THIS_MODULE,
	.set = &hook_ids,
};

/* A build without the kernel's vmlinux at hand has no BTF, whatever the kernel could do. */
bool hull_bpf_present(void)
{
	return THIS_MODULE->btf_data_size;
}

int hull_bpf_init(void)
{
	int ret;

	if (!hull_bpf_present())
		return 0;
	ret = register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &kfunc_set);
	return ret ? ret : register_btf_fmodret_id_set(&hook_set);
}

#else

long hull_bpf_handler(struct hull_call *call)
{
	return -ENOSYS;
}

bool hull_bpf_present(void)
{
	return false;
}

int hull_bpf_init(void)
{
	return 0;
}

#endif
