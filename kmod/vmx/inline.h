/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of vmx.h that runs on every exit.
 */
#ifndef HULL_VMX_INLINE_H
#define HULL_VMX_INLINE_H

#include <linux/percpu.h>
#include <linux/user-return-notifier.h>
#include <asm/processor-flags.h>
#include <compat/vmx.h>
#include <vmx/enter.h>
#include <vmx/vmcs.h>
#include <vmx/vmx.h>

/* Where this CPU stands. */
enum hull_vmx_cpu_state {
	HULL_VMX_CPU_OFF,
	HULL_VMX_CPU_ON,
	HULL_VMX_CPU_LEAVING,	/* going offline: VMX is on only from a load to its put */
};

/* MSRs that only user mode looks at: the host's come back on return to it. */
enum hull_user_msr {
	HULL_USER_STAR,
	HULL_USER_LSTAR,
	HULL_USER_SYSCALL_MASK,
	HULL_USER_TSC_AUX,	/* last: not every processor has it */
	HULL_NR_USER_MSRS,
};

/**
 * struct hull_vmx_cpu - a host CPU
 *
 * Touched by its own CPU with interrupts off, or with preemption off where noted.
 */
struct hull_vmx_cpu {
	enum hull_vmx_cpu_state state;
	bool stale;			/* host facts below must be read again before entry */
	bool user_registered;		/* on_user_return will come */
	unsigned long quiet_at;		/* jiffies when RCU was last told of a guest's run */
	u64 debugctl;			/* the host's, lost by an exit */
	struct list_head loaded;	/* VMCSs that this CPU has loaded and not cleared */
	struct hull_vmx_vcpu *current_vcpu;	/* whose VMCS is current */
	struct hull_vmcs *region;	/* for VMXON */
	struct user_return_notifier user_return;
	u64 user_host[HULL_NR_USER_MSRS];
	u64 user_now[HULL_NR_USER_MSRS];
};

DECLARE_PER_CPU(struct hull_vmx_cpu, hull_vmx_cpu);

static __always_inline bool hull_vmx_usable(void)
{
	this_cpu_write(hull_vmx_cpu.stale, true);
	return likely(this_cpu_read(hull_vmx_cpu.state) == HULL_VMX_CPU_ON);
}

static inline void hull_vmx_l1d_taint(struct hull_vmx_vcpu *v)
{
	v->l1d_tainted = true;
}

/* --- registers ----------------------------------------------------------- */

static inline unsigned long hull_vmx_reg_get(struct hull_vmx_vcpu *v, enum hull_reg reg)
{
	if (reg == HULL_REG_RIP && !(v->cached & HULL_CACHE_RIP)) {
		v->regs[HULL_REG_RIP] = hull_vmcs_read(GUEST_RIP);
		v->cached |= HULL_CACHE_RIP;
	} else if (reg == HULL_REG_RSP && !(v->cached & HULL_CACHE_RSP)) {
		v->regs[HULL_REG_RSP] = hull_vmcs_read(GUEST_RSP);
		v->cached |= HULL_CACHE_RSP;
	}
	return v->regs[reg];
}

static inline void hull_vmx_reg_set(struct hull_vmx_vcpu *v, enum hull_reg reg,
				    unsigned long val)
{
	v->regs[reg] = val;
	if (reg == HULL_REG_RIP) {
		v->cached |= HULL_CACHE_RIP;
		v->dirty |= HULL_CACHE_RIP;
	} else if (reg == HULL_REG_RSP) {
		v->cached |= HULL_CACHE_RSP;
		v->dirty |= HULL_CACHE_RSP;
	}
}

static inline unsigned long hull_vmx_rflags_get(struct hull_vmx_vcpu *v)
{
	if (!(v->cached & HULL_CACHE_RFLAGS)) {
		v->rflags = hull_vmcs_read(GUEST_RFLAGS);
		v->cached |= HULL_CACHE_RFLAGS;
	}
	return v->rflags;
}

static inline void hull_vmx_rflags_set(struct hull_vmx_vcpu *v, unsigned long rflags)
{
	v->rflags = rflags | X86_EFLAGS_FIXED;
	v->cached |= HULL_CACHE_RFLAGS;
	v->dirty |= HULL_CACHE_RFLAGS;
}

/* CPL is the DPL of SS, in every mode. SDM Vol. 3, 25.4.1. */
static inline unsigned int hull_vmx_cpl(struct hull_vmx_vcpu *v)
{
	if (!(v->cached & HULL_CACHE_SS_AR)) {
		v->ss_ar = hull_vmcs_read(GUEST_SS_AR_BYTES);
		v->cached |= HULL_CACHE_SS_AR;
	}
	return (v->ss_ar >> 5) & 3;
}

static inline bool hull_vmx_is_long_mode(struct hull_vmx_vcpu *v)
{
	if (!(v->efer & EFER_LMA))
		return false;
	if (!(v->cached & HULL_CACHE_CS_AR)) {
		v->cs_ar = hull_vmcs_read(GUEST_CS_AR_BYTES);
		v->cached |= HULL_CACHE_CS_AR;
	}
	return v->cs_ar & VMX_AR_L_MASK;
}

/* --- the last exit ------------------------------------------------------- */

#define HULL_EXIT_CACHE_QUALIFICATION	BIT(0)
#define HULL_EXIT_CACHE_INTR_INFO	BIT(1)
#define HULL_EXIT_CACHE_INSN_LEN	BIT(2)

static inline unsigned long hull_vmx_exit_qualification(struct hull_vmx_vcpu *v)
{
	if (!(v->exit_cached & HULL_EXIT_CACHE_QUALIFICATION)) {
		v->exit_qualification = hull_vmcs_read(EXIT_QUALIFICATION);
		v->exit_cached |= HULL_EXIT_CACHE_QUALIFICATION;
	}
	return v->exit_qualification;
}

static __always_inline u32 hull_vmx_exit_intr_info(struct hull_vmx_vcpu *v)
{
	if (!(v->exit_cached & HULL_EXIT_CACHE_INTR_INFO)) {
		v->exit_intr_info = hull_vmcs_read(VM_EXIT_INTR_INFO);
		v->exit_cached |= HULL_EXIT_CACHE_INTR_INFO;
	}
	return v->exit_intr_info;
}

static inline u32 hull_vmx_exit_insn_len(struct hull_vmx_vcpu *v)
{
	if (!(v->exit_cached & HULL_EXIT_CACHE_INSN_LEN)) {
		v->exit_insn_len = hull_vmcs_read(VM_EXIT_INSTRUCTION_LEN);
		v->exit_cached |= HULL_EXIT_CACHE_INSN_LEN;
	}
	return v->exit_insn_len;
}

static inline u32 hull_vmx_exit_intr_error(struct hull_vmx_vcpu *v)
{
	return hull_vmcs_read(VM_EXIT_INTR_ERROR_CODE);
}

static inline u32 hull_vmx_exit_insn_info(struct hull_vmx_vcpu *v)
{
	return hull_vmcs_read(VMX_INSTRUCTION_INFO);
}

static inline u64 hull_vmx_exit_gpa(struct hull_vmx_vcpu *v)
{
	return hull_vmcs_read(GUEST_PHYSICAL_ADDRESS);
}

/*
 * Exits that may come in the middle of event delivery, or say that IRET had
 * unblocked NMIs: exception, task switch, APIC access, EPT violation,
 * EPT misconfiguration, PML full. SDM Vol. 3, 28.2.4. No other needs the VMREAD.
 */
#define HULL_EXITS_IN_DELIVERY	(BIT_ULL(EXIT_REASON_EXCEPTION_NMI) |	\
				 BIT_ULL(EXIT_REASON_TASK_SWITCH) |	\
				 BIT_ULL(EXIT_REASON_APIC_ACCESS) |	\
				 BIT_ULL(EXIT_REASON_EPT_VIOLATION) |	\
				 BIT_ULL(EXIT_REASON_EPT_MISCONFIG) |	\
				 BIT_ULL(EXIT_REASON_PML_FULL))

void hull_vmx_event_interrupted_slow(struct hull_vmx_vcpu *v, struct hull_event *event);

static inline void hull_vmx_event_interrupted(struct hull_vmx_vcpu *v, struct hull_event *event)
{
	event->valid = false;
	if (v->exit_reason < 64 && (HULL_EXITS_IN_DELIVERY >> v->exit_reason & 1))
		hull_vmx_event_interrupted_slow(v, event);
}

void hull_vmx_insn_skip_slow(struct hull_vmx_vcpu *v, unsigned long rip, u32 shadow);

/* Written to be short: what is read here is seldom asked for again, so it is not kept. */
static inline void hull_vmx_insn_skip(struct hull_vmx_vcpu *v)
{
	unsigned long old, rip, rflags;
	u32 shadow;

	if (likely(!(v->cached & HULL_CACHE_RIP)))
		old = hull_vmcs_read(GUEST_RIP);
	else
		old = v->regs[HULL_REG_RIP];
	rip = old + hull_vmcs_read(VM_EXIT_INSTRUCTION_LEN);
	if (likely(!(v->cached & HULL_CACHE_RFLAGS)))
		rflags = hull_vmcs_read(GUEST_RFLAGS);
	else
		rflags = v->rflags;
	shadow = hull_vmcs_read(GUEST_INTERRUPTIBILITY_INFO) &
		 (GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS);

	if (likely(!(shadow | (rflags & X86_EFLAGS_TF) | (old ^ rip) >> 32)))
		hull_vmx_reg_set(v, HULL_REG_RIP, rip);
	else
		hull_vmx_insn_skip_slow(v, rip, shadow);
}

/* --- the lane, see hull_vmx_lane_set() ------------------------------------ */

/*
 * The VMX instructions at their shortest. Where VMX has gone they give anything and do
 * nothing; the entry that follows fails.
 */
static __always_inline unsigned long hull_lane_read(unsigned long field)
{
	unsigned long value;

	asm volatile("1: vmread %[field], %[value]\n"
		     "2:\n"
		     _ASM_EXTABLE(1b, 2b)
		     : [value] "=r" (value) : [field] "r" (field) : "cc");
	return value;
}

static __always_inline void hull_lane_write(unsigned long field, unsigned long value)
{
	asm volatile("1: vmwrite %[value], %[field]\n"
		     "2:\n"
		     _ASM_EXTABLE(1b, 2b)
		     : : [field] "r" (field), [value] "r" (value) : "cc");
}

/* Access rights of SS, whose bits 5 and 6 are the CPL; all ones where VMX has gone. */
static __always_inline u32 hull_lane_ss_ar(void)
{
	return hull_vmcs_read_or(GUEST_SS_AR_BYTES, ~0ul);
}

static __always_inline bool hull_lane_is_long_mode(struct hull_vmx_vcpu *v)
{
	return (v->efer & EFER_LMA) && (hull_lane_read(GUEST_CS_AR_BYTES) & VMX_AR_L_MASK);
}

/*
 * Where the guest goes on after an instruction, if nothing but RIP changes. Return:
 * false: something else does, as hull_vmx_insn_skip() knows.
 */
static __always_inline bool hull_lane_insn_next(unsigned long *rip)
{
	unsigned long old = hull_lane_read(GUEST_RIP);
	unsigned long next = old + hull_lane_read(VM_EXIT_INSTRUCTION_LEN);
	unsigned long rflags = hull_lane_read(GUEST_RFLAGS);
	u32 state = hull_lane_read(GUEST_INTERRUPTIBILITY_INFO);

	*rip = next;
	return likely(!((state & (GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)) |
			(rflags & X86_EFLAGS_TF) | (old ^ next) >> 32));
}

/* Like hull_vmx_insn_skip(). Return: false: nothing was done. */
static __always_inline bool hull_lane_insn_skip(void)
{
	unsigned long rip;

	if (!hull_lane_insn_next(&rip))
		return false;
	hull_lane_write(GUEST_RIP, rip);
	return true;
}

/*
 * What an entry needs that is not the first one since interrupts were off.
 * Return: false: it needs more.
 */
static __always_inline bool hull_lane_enter(struct hull_vmx_vcpu *v)
{
	u64 now, ticks;

	if (likely(!(v->run_flags & (HULL_RUN_TIMER | HULL_RUN_L1D))))
		return true;
	if ((v->run_flags & HULL_RUN_L1D) && (v->l1d_tainted || hull_host_l1d_tainted()))
		return false;
	if (v->run_flags & HULL_RUN_TIMER) {
		now = rdtsc();
		if (now >= v->timer_at)
			return false;
		ticks = (v->timer_at - now) >> v->timer_shift;
		hull_lane_write(VMX_PREEMPTION_TIMER_VALUE, min_t(u64, ticks, U32_MAX));
	}
	return true;
}

#endif
