// SPDX-License-Identifier: GPL-2.0-only
/*
 * Debug registers (SDM Vol. 3, chapter 18). Normally the guest's are merely kept. When
 * it uses them, or a debugger in userspace does, they are loaded for the inner loop.
 */

#include <linux/hw_breakpoint.h>
#include <linux/nospec.h>
#include <asm/debugreg.h>
#include <run/loop.h>

#define DR7_ENABLED	0xfful

/* The registers that count while the guest runs: the debugger's come first. */
static bool debugger_owns(struct hull_vcpu *vcpu)
{
	return vcpu->guest_debug & KVM_GUESTDBG_USE_HW_BP;
}

void hull_dr_update(struct hull_vcpu *vcpu)
{
	struct kvm_guest_debug_arch *debug = &vcpu->debug;
	unsigned long dr7 = vcpu->dr7;
	/* #DB and #AC can recur without end in their own delivery (SDM Vol. 3, 26.6.3). */
	u32 bitmap = BIT(MC_VECTOR) | BIT(AC_VECTOR) | BIT(DB_VECTOR);

	if (debugger_owns(vcpu))
		dr7 = (debug->debugreg[7] & HULL_DR7_SETTABLE) | HULL_DR7_FIXED;
	if (vcpu->guest_debug & KVM_GUESTDBG_USE_SW_BP)
		bitmap |= BIT(BP_VECTOR);
	hull_vmx_exception_bitmap_set(&vcpu->vmx, bitmap);
	hull_vmx_dr7_set(&vcpu->vmx, dr7);
	vcpu->dr_load = dr7 & DR7_ENABLED;
	if (vcpu->guest_debug && vcpu->dr_live) {
		vcpu->dr_live = false;
		hull_vmx_dr_intercept(&vcpu->vmx, true);
	}
}

/* DR4 and DR5 are other names of DR6 and DR7; with CR4.DE the caller makes #UD of it. */
static unsigned int dr_alias(unsigned int n)
{
	return n == 4 || n == 5 ? n + 2 : n & 7;
}

int hull_dr_set(struct hull_vcpu *vcpu, unsigned int n, unsigned long val)
{
	n = dr_alias(n);
	switch (n) {
	case 0 ... 3:
		vcpu->dr[array_index_nospec(n, ARRAY_SIZE(vcpu->dr))] = val;
		break;
	case 6:
		if (val >> 32)
			return -EINVAL;
		vcpu->dr6 = (val & HULL_DR6_SETTABLE) | HULL_DR6_FIXED;
		return 0;
	default:
		if (val >> 32)
			return -EINVAL;
		vcpu->dr7 = (val & HULL_DR7_SETTABLE) | HULL_DR7_FIXED;
		break;
	}
	hull_dr_update(vcpu);
	return 0;
}

unsigned long hull_dr_get(struct hull_vcpu *vcpu, unsigned int n)
{
	n = dr_alias(n);
	if (n < ARRAY_SIZE(vcpu->dr))
		return vcpu->dr[array_index_nospec(n, ARRAY_SIZE(vcpu->dr))];
	return n == 6 ? vcpu->dr6 : vcpu->dr7;
}

/* Bits 0 to 3 say which breakpoint hit last; the others stay until software clears them. */
void hull_dr_payload(struct hull_vcpu *vcpu, unsigned long bits)
{
	vcpu->dr6 &= ~(unsigned long)DR_TRAP_BITS;
	vcpu->dr6 |= bits & HULL_DR6_SETTABLE;
	if (vcpu->dr7 & HULL_DR7_GD) {
		vcpu->dr7 &= ~(unsigned long)HULL_DR7_GD;
		hull_dr_update(vcpu);
	}
}

void hull_dr_reset(struct hull_vcpu *vcpu)
{
	memset(vcpu->dr, 0, sizeof(vcpu->dr));
	vcpu->dr6 = HULL_DR6_FIXED;
	vcpu->dr7 = HULL_DR7_FIXED;
	vcpu->dr_live = false;
	hull_vmx_dr_intercept(&vcpu->vmx, true);
	hull_dr_update(vcpu);
}

static noinline void registers_load(struct hull_vcpu *vcpu)
{
	const unsigned long *dr = vcpu->dr;
	unsigned long user[4];
	int i;

	if (debugger_owns(vcpu)) {
		for (i = 0; i < ARRAY_SIZE(user); i++)
			user[i] = vcpu->debug.debugreg[i];
		dr = user;
	}
	/* The host's breakpoints must not match the guest's addresses meanwhile. */
	set_debugreg(0ul, 7);
	set_debugreg(dr[0], 0);
	set_debugreg(dr[1], 1);
	set_debugreg(dr[2], 2);
	set_debugreg(dr[3], 3);
	set_debugreg(vcpu->dr6, 6);
	vcpu->dr_loaded = true;
}

void hull_dr_load(struct hull_vcpu *vcpu)
{
	if (unlikely(vcpu->dr_load || vcpu->dr_live))
		registers_load(vcpu);
}

static noinline void registers_save(struct hull_vcpu *vcpu)
{
	vcpu->dr_loaded = false;
	if (vcpu->dr_live) {
		get_debugreg(vcpu->dr[0], 0);
		get_debugreg(vcpu->dr[1], 1);
		get_debugreg(vcpu->dr[2], 2);
		get_debugreg(vcpu->dr[3], 3);
		get_debugreg(vcpu->dr6, 6);
		vcpu->dr7 = hull_vmx_dr7_get(&vcpu->vmx);
		vcpu->dr_load = vcpu->dr7 & DR7_ENABLED;
		vcpu->dr_live = false;
		hull_vmx_dr_intercept(&vcpu->vmx, true);
	}
	set_debugreg(HULL_DR6_FIXED, 6);
}

/*
 * An exit leaves DR7 as 0x400 (SDM Vol. 3, 28.5.1), so the host's breakpoints are put
 * back whether or not the guest had registers of its own.
 */
void hull_dr_save(struct hull_vcpu *vcpu)
{
	if (unlikely(vcpu->dr_loaded))
		registers_save(vcpu);
	if (unlikely(hw_breakpoint_active()))
		hw_breakpoint_restore();
}
