// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which mitigations this host needs around guests, and which of them a VM runs with.
 *
 * The kernel's own decisions are followed: boot parameters, microcode and processor
 * are all in its feature flags.
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <asm/cpufeature.h>
#include <asm/nospec-branch.h>
#include <asm/processor.h>
#include <compat/vmx.h>
#include <vmx/private.h>

/* Reading this much displaces any L1D there is: 32 KiB, but not quite by LRU. */
#define L1D_FLUSH_ORDER	4
#define L1D_FLUSH_SIZE	(PAGE_SIZE << L1D_FLUSH_ORDER)

static u32 host_mitigations __ro_after_init;
static u32 host_run_flags __ro_after_init;
static void *l1d_pages __ro_after_init;

/* L1TF mode, as HULL_RUN_L1D_* */
static u32 __init l1d_mode(void)
{
	if (!boot_cpu_has_bug(X86_BUG_L1TF))
		return 0;
	if (boot_cpu_has(X86_FEATURE_ARCH_CAPABILITIES) &&
	    (__rdmsr(MSR_IA32_ARCH_CAPABILITIES) & ARCH_CAP_SKIP_VMENTRY_L1DFLUSH))
		return 0;

	switch (l1tf_mitigation) {
	case L1TF_MITIGATION_OFF:
		return 0;
	case L1TF_MITIGATION_FULL:
	case L1TF_MITIGATION_FULL_FORCE:
		return HULL_RUN_L1D_ALWAYS;
	default:
		return HULL_RUN_L1D_COND;
	}
}

int __init hull_vmx_mitigations_init(void)
{
	u32 l1d = l1d_mode();
	const struct {
		u32 mitigation;
		bool needed;
	} rows[] = {
		{ HULL_MITIGATION_L1D_FLUSH, l1d },
		{ HULL_MITIGATION_CPU_BUFFERS, boot_cpu_has(X86_FEATURE_CLEAR_CPU_BUF) },
		{ HULL_MITIGATION_RSB_FILL, boot_cpu_has(X86_FEATURE_RSB_VMEXIT) ||
					    boot_cpu_has(X86_FEATURE_RSB_VMEXIT_LITE) },
		{ HULL_MITIGATION_SPEC_CTRL, boot_cpu_has(X86_FEATURE_MSR_SPEC_CTRL) &&
					     !cpu_mitigations_off() },
		{ HULL_MITIGATION_IBPB, boot_cpu_has(X86_FEATURE_USE_IBPB) },
		{ HULL_MITIGATION_BHB_CLEAR,
		  boot_cpu_has(X86_FEATURE_CLEAR_BHB_LOOP_ON_VMEXIT) },
		{ HULL_MITIGATION_NX_HUGE, boot_cpu_has_bug(X86_BUG_ITLB_MULTIHIT) &&
					   !cpu_mitigations_off() },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].needed)
			host_mitigations |= rows[i].mitigation;

	host_run_flags = l1d;
	host_run_flags |= boot_cpu_has(X86_FEATURE_RSB_VMEXIT) ? HULL_RUN_RSB : HULL_RUN_RSB_ONE;
	if (boot_cpu_has(X86_FEATURE_KERNEL_IBRS))
		host_run_flags |= HULL_RUN_SPEC_ALWAYS;

	if (l1d && !boot_cpu_has(X86_FEATURE_FLUSH_L1D)) {
		l1d_pages = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, L1D_FLUSH_ORDER);
		if (!l1d_pages)
			return -ENOMEM;
	}
	return 0;
}

void hull_vmx_mitigations_exit(void)
{
	if (l1d_pages)
		free_pages((unsigned long)l1d_pages, L1D_FLUSH_ORDER);
}

u32 hull_vmx_mitigations_host(void)
{
	return host_mitigations;
}

/**
 * hull_vmx_mitigations_apply - what @v's entries and exits do from now on
 * @v: not written yet
 * @wanted: HULL_MITIGATION_*; those the host does not need do nothing
 */
void hull_vmx_mitigations_apply(struct hull_vmx_vcpu *v, u32 wanted)
{
	static const struct {
		u32 mitigation, run_flags;
	} rows[] = {
		{ HULL_MITIGATION_L1D_FLUSH, HULL_RUN_L1D },
		{ HULL_MITIGATION_CPU_BUFFERS, HULL_RUN_VERW },
		{ HULL_MITIGATION_RSB_FILL, HULL_RUN_RSB | HULL_RUN_RSB_ONE },
		{ HULL_MITIGATION_SPEC_CTRL, HULL_RUN_SPEC_CTRL | HULL_RUN_SPEC_ALWAYS },
		{ HULL_MITIGATION_BHB_CLEAR, HULL_RUN_BHB },
	};
	/* of several ways the host's own */
	const u32 conditional = HULL_RUN_L1D | HULL_RUN_SPEC_ALWAYS | HULL_RUN_RSB |
				HULL_RUN_RSB_ONE;
	int i;

	v->mitigations = wanted & host_mitigations;
	if (wanted && !cpu_mitigations_off())
		v->run_flags |= HULL_RUN_CLEAR_REGS;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (v->mitigations & rows[i].mitigation)
			v->run_flags |= rows[i].run_flags & (~conditional | host_run_flags);
}

static noinstr void l1d_flush(void)
{
	unsigned long page, line;

	if (boot_cpu_has(X86_FEATURE_FLUSH_L1D)) {
		__wrmsr(MSR_IA32_FLUSH_CMD, L1D_FLUSH, 0);
		return;
	}
	/* Touch each page first: a TLB miss in the second loop would read page tables. */
	for (page = 0; page < L1D_FLUSH_SIZE; page += PAGE_SIZE)
		READ_ONCE(*(u8 *)(l1d_pages + page));
	asm volatile("lfence" : : : "memory");
	for (page = 0; page < L1D_FLUSH_SIZE; page += PAGE_SIZE) {
#pragma GCC unroll 64
		for (line = 0; line < PAGE_SIZE; line += L1_CACHE_BYTES)
			READ_ONCE(*(u8 *)(l1d_pages + page + line));
	}
	asm volatile("lfence" : : : "memory");
}

/* Exits whose handling reads what is this guest's own, or nobody's secret. */
#define L1D_CLEAN_EXITS	(BIT_ULL(EXIT_REASON_EXTERNAL_INTERRUPT) |	\
			 BIT_ULL(EXIT_REASON_INTERRUPT_WINDOW) |	\
			 BIT_ULL(EXIT_REASON_NMI_WINDOW) |		\
			 BIT_ULL(EXIT_REASON_CPUID) |			\
			 BIT_ULL(EXIT_REASON_HLT) |			\
			 BIT_ULL(EXIT_REASON_RDPMC) |			\
			 BIT_ULL(EXIT_REASON_VMCALL) |			\
			 BIT_ULL(EXIT_REASON_CR_ACCESS) |		\
			 BIT_ULL(EXIT_REASON_DR_ACCESS) |		\
			 BIT_ULL(EXIT_REASON_IO_INSTRUCTION) |		\
			 BIT_ULL(EXIT_REASON_MSR_READ) |		\
			 BIT_ULL(EXIT_REASON_MSR_WRITE) |		\
			 BIT_ULL(EXIT_REASON_PAUSE_INSTRUCTION) |	\
			 BIT_ULL(EXIT_REASON_PREEMPTION_TIMER) |	\
			 BIT_ULL(EXIT_REASON_WBINVD) |			\
			 BIT_ULL(EXIT_REASON_XSETBV))

/**
 * hull_vmx_l1d_check - L1TF: flush L1D where something of others' may be in it
 * @v: about to enter
 *
 * Always, or after a load, a host interrupt, and exits that are not clean.
 * Context: no instrumentation, interrupts off.
 */
noinstr void hull_vmx_l1d_check(struct hull_vmx_vcpu *v)
{
	bool clean = v->exit_reason < 64 && (L1D_CLEAN_EXITS >> v->exit_reason & 1);

	if (clean && !v->l1d_tainted && !hull_host_l1d_tainted() &&
	    !(v->run_flags & HULL_RUN_L1D_ALWAYS))
		return;
	v->l1d_tainted = false;
	hull_host_l1d_cleaned();
	l1d_flush();
}

/** hull_vmx_barrier - branch predictions of one guest are not the next one's */
void hull_vmx_barrier(void)
{
	indirect_branch_prediction_barrier();
}
