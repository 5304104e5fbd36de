/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the VMX room asks of the kernel and what changes its name between kernels.
 * Also read by assembly.
 */
#ifndef HULL_COMPAT_VMX_H
#define HULL_COMPAT_VMX_H

#include <linux/version.h>

/*
 * The host's NMI handler, to be called with a frame made by hand on a kernel stack:
 * asm_exc_nmi() itself relies on its IST stack.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define HULL_ASM_NMI	asm_exc_nmi_kvm_vmx
#else
#define HULL_ASM_NMI	asm_exc_nmi_noist
#endif

#ifdef __ASSEMBLY__

#include <asm/nospec-branch.h>

/* Call depth tracking (retbleed=stuff): tell it that the return stack was filled. */
#ifndef CREDIT_CALL_DEPTH
#define CREDIT_CALL_DEPTH
#endif

#else /* !__ASSEMBLY__ */

#include <linux/syscore_ops.h>
#include <asm/cpufeature.h>
#include <asm/hardirq.h>
#include <asm/mce.h>
#include <asm/perf_event.h>
#include <asm/processor-flags.h>
#include <asm/ptrace.h>
#include <asm/special_insns.h>

/*
 * The system core's callbacks run on the last CPU with interrupts off. Stable kernels
 * gave them an argument and a new way of registration; Kbuild.list looks for it.
 */
#ifdef HULL_HAVE_STRUCT_SYSCORE
#define HULL_SYSCORE_ARG	void *unused
#define HULL_SYSCORE(name, _suspend, _resume)				\
	static const struct syscore_ops name##_ops = {			\
		.suspend = _suspend, .resume = _resume,			\
	};								\
	static struct syscore name = { .ops = &name##_ops }
#define hull_syscore_register(s)	register_syscore(s)
#define hull_syscore_unregister(s)	unregister_syscore(s)
#else
#define HULL_SYSCORE_ARG	void
#define HULL_SYSCORE(name, _suspend, _resume)				\
	static struct syscore_ops name = {				\
		.suspend = _suspend, .resume = _resume,			\
	}
#define hull_syscore_register(s)	register_syscore_ops(s)
#define hull_syscore_unregister(s)	unregister_syscore_ops(s)
#endif

/*
 * A machine check that hit in guest mode is the host's to handle. It cannot have
 * corrupted kernel state any more than one in user mode can, so say "user mode".
 */
static inline void hull_host_machine_check(void)
{
#ifdef CONFIG_X86_MCE
	struct pt_regs regs = {
		.cs = 3,
		.flags = X86_EFLAGS_IF,
	};

	do_machine_check(&regs);
#endif
}

/* Does the host take events by FRED rather than through an IDT? Such kernels are refused. */
static inline bool hull_host_has_fred(void)
{
#ifdef X86_FEATURE_FRED
	return boot_cpu_has(X86_FEATURE_FRED) && (__read_cr4() & BIT_ULL(32));
#else
	return false;
#endif
}

/* Host interrupt handlers note that they ran, for KVM's sake. */
static __always_inline bool hull_host_l1d_tainted(void)
{
#if IS_ENABLED(CONFIG_KVM_INTEL)
	return kvm_get_cpu_l1tf_flush_l1d();
#else
	return true;
#endif
}

static __always_inline void hull_host_l1d_cleaned(void)
{
#if IS_ENABLED(CONFIG_KVM_INTEL)
	kvm_clear_cpu_l1tf_flush_l1d();
#endif
}

/* Processor Trace cannot run across VMXON on processors that do not say so. */
static inline void hull_host_trace_vmx(int on)
{
	intel_pt_handle_vmx(on);
}

#endif /* __ASSEMBLY__ */
#endif
