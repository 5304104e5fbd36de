// SPDX-License-Identifier: GPL-2.0-only
/* Calls that go to the VMM and back. */

#include <compat/run_page.h>
#include <hypercall/forward.h>
#include <hypercall/site.h>
#include <run/pending.h>

bool hull_call_forwardable(const struct hull_vm *vm)
{
	return READ_ONCE(vm->exit_hypercalls) & HULL_EXIT_HYPERCALL;
}

/* The page is userspace's to change at any time: read once. */
int hull_call_forward_complete(struct hull_vcpu *vcpu)
{
	u64 ret = READ_ONCE(vcpu->run->hypercall.ret);

	vcpu->vmx.regs[HULL_REG_RAX] = hull_vmx_is_long_mode(&vcpu->vmx) ? ret : (u32)ret;
	return HULL_EXIT_ENTER;
}

long hull_call_forward(struct hull_call *call)
{
	struct hull_vcpu *vcpu = call->vcpu;
	struct kvm_run *run;

	if (!hull_call_own(call) || !hull_call_forwardable(call->vm))
		return -EOPNOTSUPP;
	run = vcpu->run;
	run->exit_reason = KVM_EXIT_HYPERCALL;
	run->hypercall.nr = HULL_HYPERCALL_BASE + call->number;
	run->hypercall.args[0] = call->arg[0];
	run->hypercall.args[1] = call->arg[1];
	run->hypercall.args[2] = call->arg[2];
	run->hypercall.args[3] = call->arg[3];
	run->hypercall.args[4] = 0;
	run->hypercall.args[5] = 0;
	run->hypercall.ret = 0;
	hull_run_hypercall_mode(run, hull_vmx_is_long_mode(&vcpu->vmx));
	vcpu->pending->complete = hull_call_forward_complete;
	return HULL_CALL_USER;
}
