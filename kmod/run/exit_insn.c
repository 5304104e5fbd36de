// SPDX-License-Identifier: GPL-2.0-only
/* Exits of instructions that need no memory: CR, DR, MSR, CPUID, HLT, PAUSE, ... */

#include <uapi/asm/vmx.h>
#include <run/loop.h>

/* ---- control registers (SDM Vol. 3, table 28-3) --------------------------- */

#define CR_NUMBER(q)	((q) & 15)
#define CR_TYPE(q)	(((q) >> 4) & 3)
#define CR_REG(q)	(((q) >> 8) & 15)
#define CR_LMSW(q)	(((q) >> 16) & 0xffff)

enum cr_type { CR_TO, CR_FROM, CR_CLTS, CR_LMSW_TYPE };

static int cr8_write(struct hull_vcpu *vcpu, unsigned long val)
{
	unsigned long old = hull_cr8_get(vcpu);

	if (hull_cr8_set(vcpu, val))
		return hull_exit_gp(vcpu);
	hull_exit_skip(vcpu);
	if (vcpu->lapic || old <= val)
		return HULL_EXIT_ENTER;
	/* Userspace's local APIC may have waited for the priority to drop. */
	vcpu->run->exit_reason = KVM_EXIT_SET_TPR;
	return HULL_EXIT_USER;
}

static int cr_write(struct hull_vcpu *vcpu, unsigned int cr, unsigned long val)
{
	int ret;

	if (!hull_vmx_is_long_mode(&vcpu->vmx))
		val = (u32)val;
	switch (cr) {
	case 0:
		ret = hull_cr0_set(vcpu, val);
		break;
	case 3:
		ret = hull_cr3_set(vcpu, val);
		break;
	case 4:
		ret = hull_cr4_set(vcpu, val);
		break;
	case 8:
		return cr8_write(vcpu, val);
	default:
		return hull_exit_ud(vcpu);
	}
	return ret ? hull_exit_gp(vcpu) : hull_exit_skip(vcpu);
}

static int cr_read(struct hull_vcpu *vcpu, unsigned int cr, enum hull_reg reg)
{
	unsigned long val;

	switch (cr) {
	case 3:
		val = hull_vmx_cr3_get(&vcpu->vmx);
		break;
	case 8:
		val = hull_cr8_get(vcpu);
		break;
	default:
		return hull_exit_ud(vcpu);
	}
	hull_vmx_reg_set(&vcpu->vmx, reg, val);
	return hull_exit_skip(vcpu);
}

/* LMSW sets MP, EM, TS; it can set PE, not clear it. */
static int cr_lmsw(struct hull_vcpu *vcpu, unsigned long msw)
{
	unsigned long cr0 = hull_vmx_cr0_get(&vcpu->vmx);
	unsigned long low = X86_CR0_MP | X86_CR0_EM | X86_CR0_TS;

	cr0 = (cr0 & ~low) | (msw & (low | X86_CR0_PE));
	return hull_cr0_set(vcpu, cr0) ? hull_exit_gp(vcpu) : hull_exit_skip(vcpu);
}

int hull_exit_cr(struct hull_vcpu *vcpu)
{
	unsigned long q = hull_vmx_exit_qualification(&vcpu->vmx);
	enum hull_reg reg = CR_REG(q);

	switch ((enum cr_type)CR_TYPE(q)) {
	case CR_TO:
		return cr_write(vcpu, CR_NUMBER(q), hull_vmx_reg_get(&vcpu->vmx, reg));
	case CR_FROM:
		return cr_read(vcpu, CR_NUMBER(q), reg);
	case CR_CLTS:
		hull_vmx_cr0_set(&vcpu->vmx, hull_vmx_cr0_get(&vcpu->vmx) & ~X86_CR0_TS);
		return hull_exit_skip(vcpu);
	case CR_LMSW_TYPE:
		return cr_lmsw(vcpu, CR_LMSW(q));
	}
	return hull_exit_ud(vcpu);
}

/* ---- debug registers (SDM Vol. 3, table 28-4) ----------------------------- */

#define DR_NUMBER(q)	((q) & 7)
#define DR_FROM(q)	((q) & BIT(4))

/* True when the access faults; the fault is queued, or userspace's debugger told. */
static bool dr_access_faults(struct hull_vcpu *vcpu, unsigned int n, int *ret)
{
	*ret = HULL_EXIT_ENTER;
	if ((n == 4 || n == 5) && (hull_vmx_cr4_get(&vcpu->vmx) & X86_CR4_DE)) {
		hull_exception_queue(vcpu, UD_VECTOR);
		return true;
	}
	if (hull_vmx_cpl(&vcpu->vmx)) {
		hull_exit_gp(vcpu);
		return true;
	}
	if (!(vcpu->dr7 & HULL_DR7_GD))
		return false;
	if (vcpu->guest_debug & KVM_GUESTDBG_USE_HW_BP) {
		vcpu->run->exit_reason = KVM_EXIT_DEBUG;
		vcpu->run->debug.arch.exception = DB_VECTOR;
		vcpu->run->debug.arch.pc = hull_linear_rip(vcpu);
		vcpu->run->debug.arch.dr6 = HULL_DR6_BD | HULL_DR6_FIXED;
		vcpu->run->debug.arch.dr7 = vcpu->dr7;
		*ret = HULL_EXIT_USER;
	} else {
		hull_exception_queue_payload(vcpu, DB_VECTOR, false, 0, HULL_DR6_BD);
	}
	return true;
}

int hull_exit_dr(struct hull_vcpu *vcpu)
{
	unsigned long q = hull_vmx_exit_qualification(&vcpu->vmx);
	unsigned int n = DR_NUMBER(q);
	enum hull_reg reg = CR_REG(q);
	int ret;

	if (dr_access_faults(vcpu, n, &ret))
		return ret;
	/*
	 * One that touches them once will do so again: the guest gets the registers
	 * until the inner loop ends, unless a debugger uses them.
	 */
	if (!vcpu->guest_debug && !vcpu->dr_live) {
		vcpu->dr_live = true;
		hull_vmx_dr_intercept(&vcpu->vmx, false);
		return HULL_EXIT_ENTER;
	}
	if (DR_FROM(q))
		hull_vmx_reg_set(&vcpu->vmx, reg, hull_dr_get(vcpu, n));
	else if (hull_dr_set(vcpu, n, hull_vmx_reg_get(&vcpu->vmx, reg)))
		return hull_exit_gp(vcpu);
	return hull_exit_skip(vcpu);
}

/* ---- MSRs ----------------------------------------------------------------- */

int hull_exit_rdmsr(struct hull_vcpu *vcpu)
{
	unsigned long *regs = vcpu->vmx.regs;
	u64 val;

	if (hull_msr_get(vcpu, regs[HULL_REG_RCX], &val, false))
		return hull_exit_gp(vcpu);
	regs[HULL_REG_RAX] = (u32)val;
	regs[HULL_REG_RDX] = val >> 32;
	return hull_exit_skip(vcpu);
}

int hull_exit_wrmsr(struct hull_vcpu *vcpu)
{
	unsigned long *regs = vcpu->vmx.regs;
	u64 val = (u32)regs[HULL_REG_RAX] | regs[HULL_REG_RDX] << 32;

	if (hull_msr_set(vcpu, regs[HULL_REG_RCX], val, false))
		return hull_exit_gp(vcpu);
	return hull_exit_skip(vcpu);
}

/* ---- the rest ------------------------------------------------------------- */

int hull_exit_cpuid(struct hull_vcpu *vcpu)
{
	hull_cpuid_exec(vcpu);
	return hull_exit_skip(vcpu);
}

int hull_exit_hlt(struct hull_vcpu *vcpu)
{
	hull_exit_skip(vcpu);
	if (!vcpu->lapic) {
		vcpu->run->exit_reason = KVM_EXIT_HLT;
		return HULL_EXIT_USER;
	}
	if (vcpu->pv->unhalted) {
		vcpu->pv->unhalted = false;
		return HULL_EXIT_ENTER;
	}
	vcpu->mp_state = KVM_MP_STATE_HALTED;
	return HULL_EXIT_ENTER;
}

/* A guest that was told of MONITOR may use it; waiting is then as short as can be. */
int hull_exit_monitor(struct hull_vcpu *vcpu)
{
	if (!hull_guest_has(vcpu, MONITOR))
		return hull_exit_ud(vcpu);
	return hull_exit_skip(vcpu);
}

int hull_exit_pause(struct hull_vcpu *vcpu)
{
	hull_yield_any(vcpu);
	return hull_exit_skip(vcpu);
}

int hull_exit_xsetbv(struct hull_vcpu *vcpu)
{
	unsigned long *regs = vcpu->vmx.regs;
	u64 val = (u32)regs[HULL_REG_RAX] | regs[HULL_REG_RDX] << 32;

	if ((u32)regs[HULL_REG_RCX] || hull_vmx_cpl(&vcpu->vmx) || hull_xcr0_set(vcpu, val))
		return hull_exit_gp(vcpu);
	return hull_exit_skip(vcpu);
}
