/* SPDX-License-Identifier: GPL-2.0-only */
/* Handlers of the extra hypercalls; each returns what the guest finds in rax. */
#ifndef HULL_HYPERCALL_CALLS_H
#define HULL_HYPERCALL_CALLS_H

#include <core/vm.h>
#include <uapi/linux/hull_hypercall.h>

#define HULL_HYPERCALL_ROW(number, NAME, id, arguments, mode, cpl) \
	long hull_hc_##id(struct hull_vcpu *vcpu);
#include <hull/hypercalls.def>
#undef HULL_HYPERCALL_ROW

#endif
