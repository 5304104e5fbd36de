// SPDX-License-Identifier: GPL-2.0-only
/* The caller waits for another vCPU, or for any: its time is better spent there. */

#include <hypercall/calls.h>
#include <run/run.h>

long hull_hc_yield(struct hull_call *call)
{
	u64 id = call->arg[0];

	/* All ones of either width: x2APIC's broadcast, which is nobody's id. */
	if (id == ~0ULL || id == U32_MAX) {
		hull_yield_any(call->vcpu);
		return 0;
	}
	if (id > U32_MAX || !hull_vm_vcpu_by_id(call->vm, id))
		return -ESRCH;
	hull_yield_to(call->vcpu, id);
	return 0;
}
