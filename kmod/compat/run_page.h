/* SPDX-License-Identifier: GPL-2.0-only */
/* Newer kernels rename what userspace may change at any time, so that one thinks twice. */
#ifndef HULL_COMPAT_RUN_PAGE_H
#define HULL_COMPAT_RUN_PAGE_H

#include <linux/compiler.h>
#include <linux/kvm.h>

#ifdef HINT_UNSAFE_IN_KVM
#define hull_run_immediate_exit(run)	READ_ONCE((run)->HINT_UNSAFE_IN_KVM(immediate_exit))
#else
#define hull_run_immediate_exit(run)	READ_ONCE((run)->immediate_exit)
#endif

/* Says whether the caller of KVM_EXIT_HYPERCALL was in 64-bit mode; the bits are the same. */
static inline void hull_run_hypercall_mode(struct kvm_run *run, bool wide)
{
#ifdef KVM_EXIT_HYPERCALL_LONG_MODE
	run->hypercall.flags = wide ? KVM_EXIT_HYPERCALL_LONG_MODE : 0;
#else
	run->hypercall.longmode = wide;
	run->hypercall.pad = 0;
#endif
}

#endif
