/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls that the VMM answers: KVM_EXIT_HYPERCALL, where it asked for them. */
#ifndef HULL_HYPERCALL_FORWARD_H
#define HULL_HYPERCALL_FORWARD_H

#include <hypercall/calls.h>

/** hull_call_forwardable - has the VMM asked for calls? (HULL_EXIT_HYPERCALL) */
bool hull_call_forwardable(const struct hull_vm *vm);

/**
 * hull_call_forward - have the VMM answer @call
 *
 * The run page is filled; what userspace leaves in run->hypercall.ret goes to rax when
 * the vCPU runs again.
 * Context: vCPU loaded. Return: HULL_CALL_USER; -EOPNOTSUPP: from a ring or a multicall,
 * or the VMM never asked.
 */
long hull_call_forward(struct hull_call *call);
/** hull_call_forward_complete - what was said above; for callers that complete more than that */
int hull_call_forward_complete(struct hull_vcpu *vcpu);

#endif
