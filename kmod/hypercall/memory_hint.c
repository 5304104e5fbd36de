// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that a guest gives back and takes again: a balloon without a device. The VMM,
 * whose memory it is, does it; here is what the guest may ask for, and the sum.
 */

#include <linux/mm.h>
#include <hypercall/forward.h>
#include <run/pending.h>

/* Whole pages of memory that the guest may write. */
static int range_check(struct hull_call *call)
{
	u64 gpa = call->arg[0], bytes = call->arg[1];

	if (!bytes || !PAGE_ALIGNED(gpa) || !PAGE_ALIGNED(bytes))
		return -EINVAL;
	return hull_mmu_hva(&call->vm->mmu, gpa, bytes, true) ? 0 : -EFAULT;
}

/* How much the VMM says it did; more than was asked for it cannot have done. */
static s64 bytes_done(struct hull_vcpu *vcpu)
{
	s64 done = vcpu->vmx.regs[HULL_REG_RAX];

	return done > 0 && done <= vcpu->vmx.regs[HULL_REG_RCX] ? done : 0;
}

static int give_complete(struct hull_vcpu *vcpu)
{
	int ret = hull_call_forward_complete(vcpu);

	atomic64_add(bytes_done(vcpu), &vcpu->vm->given);
	return ret;
}

static int take_complete(struct hull_vcpu *vcpu)
{
	int ret = hull_call_forward_complete(vcpu);

	atomic64_sub(bytes_done(vcpu), &vcpu->vm->given);
	return ret;
}

static long range_forward(struct hull_call *call, hull_exit_fn complete)
{
	long ret = range_check(call);

	if (!ret)
		ret = hull_call_forward(call);
	if (ret == HULL_CALL_USER)
		call->vcpu->pending->complete = complete;
	return ret;
}

long hull_hc_mem_give(struct hull_call *call)
{
	return range_forward(call, give_complete);
}

long hull_hc_mem_take(struct hull_call *call)
{
	return range_forward(call, take_complete);
}
