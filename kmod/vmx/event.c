// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events into the guest: injection, windows, and what an exit interrupted.
 * SDM Vol. 3, 25.8.3, 27.6, 28.2.4.
 */
#include <linux/kvm.h>
#include <asm/processor-flags.h>
#include <asm/trapnr.h>
#include <vmx/private.h>

#define PENDING_DBG_BS	BIT(14)		/* single step: SDM Vol. 3, table 25-4 */

#define SHADOWS		(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)

/* Software events carry their instruction's length. */
static bool event_is_soft(u8 type)
{
	return type == HULL_EVENT_SOFT_INTR || type == HULL_EVENT_PRIV_SOFT ||
	       type == HULL_EVENT_SOFT_EXC;
}

/*
 * IRET had unblocked NMIs when it faulted: it will be executed again, so NMIs stay
 * blocked until then. Bit 12 says so, of the interruption information for exceptions
 * but #DF, of the qualification for EPT violations and PML (missing there by errata
 * AAK134 and BY25, about which nothing can be done).
 */
static void nmi_unblocking_undo(struct hull_vmx_vcpu *v)
{
	unsigned long bits = 0;
	u32 info;

	switch (v->exit_reason) {
	case EXIT_REASON_EXCEPTION_NMI:
		info = hull_vmx_exit_intr_info(v);
		if ((info & INTR_INFO_VECTOR_MASK) != X86_TRAP_DF)
			bits = info;
		break;
	case EXIT_REASON_EPT_VIOLATION:
	case EXIT_REASON_PML_FULL:
		bits = hull_vmx_exit_qualification(v);
		break;
	}
	if (bits & INTR_INFO_UNBLOCK_NMI)
		hull_vmx_nmi_mask(v, true);
}

void hull_vmx_event_interrupted_slow(struct hull_vmx_vcpu *v, struct hull_event *event)
{
	u32 info = hull_vmcs_read(IDT_VECTORING_INFO_FIELD);

	if (!(info & VECTORING_INFO_VALID_MASK)) {
		nmi_unblocking_undo(v);
		return;
	}

	event->valid = true;
	event->vector = info & VECTORING_INFO_VECTOR_MASK;
	event->type = (info & VECTORING_INFO_TYPE_MASK) >> 8;
	event->has_error = info & VECTORING_INFO_DELIVER_CODE_MASK;
	event->error = event->has_error ? hull_vmcs_read(IDT_VECTORING_ERROR_CODE) : 0;
	event->insn_len = event_is_soft(event->type) ? hull_vmx_exit_insn_len(v) : 0;

	/* It will be injected again, which NMIs that are blocked would forbid. */
	if (event->type == HULL_EVENT_NMI)
		hull_vmx_nmi_mask(v, false);
}

void hull_vmx_event_inject(struct hull_vmx_vcpu *v, const struct hull_event *event)
{
	u32 info = event->vector | (u32)event->type << 8 | INTR_INFO_VALID_MASK;

	/* Entry refuses error codes in real mode: SDM Vol. 3, 27.2.1.3. */
	if (event->has_error && (hull_vmx_cr0_get(v) & X86_CR0_PE)) {
		info |= INTR_INFO_DELIVER_CODE_MASK;
		hull_vmcs_write(VM_ENTRY_EXCEPTION_ERROR_CODE, event->error);
	}
	if (event_is_soft(event->type))
		hull_vmcs_write(VM_ENTRY_INSTRUCTION_LEN, event->insn_len);
	/* A guest that halts without exits is woken: few events go with HLT. */
	if (!(v->cpu_ctl & CPU_BASED_HLT_EXITING))
		hull_vmcs_write(GUEST_ACTIVITY_STATE, GUEST_ACTIVITY_ACTIVE);
	hull_vmcs_write(VM_ENTRY_INTR_INFO_FIELD, info);
}

void hull_vmx_event_cancel(struct hull_vmx_vcpu *v)
{
	hull_vmcs_write(VM_ENTRY_INTR_INFO_FIELD, 0);
}

bool hull_vmx_intr_allowed(struct hull_vmx_vcpu *v)
{
	return (hull_vmx_rflags_get(v) & X86_EFLAGS_IF) &&
	       !(hull_vmcs_read(GUEST_INTERRUPTIBILITY_INFO) & SHADOWS);
}

bool hull_vmx_nmi_allowed(struct hull_vmx_vcpu *v)
{
	return !(hull_vmcs_read(GUEST_INTERRUPTIBILITY_INFO) & (SHADOWS | GUEST_INTR_STATE_NMI));
}

void hull_vmx_intr_window(struct hull_vmx_vcpu *v, bool on)
{
	hull_vmcs_cpu_set(v, CPU_BASED_INTR_WINDOW_EXITING, on);
}

void hull_vmx_nmi_window(struct hull_vmx_vcpu *v, bool on)
{
	hull_vmcs_cpu_set(v, CPU_BASED_NMI_WINDOW_EXITING, on);
}

bool hull_vmx_nmi_masked(struct hull_vmx_vcpu *v)
{
	return hull_vmcs_read(GUEST_INTERRUPTIBILITY_INFO) & GUEST_INTR_STATE_NMI;
}

void hull_vmx_nmi_mask(struct hull_vmx_vcpu *v, bool masked)
{
	if (masked)
		hull_vmcs_set_bits(GUEST_INTERRUPTIBILITY_INFO, GUEST_INTR_STATE_NMI);
	else
		hull_vmcs_clear_bits(GUEST_INTERRUPTIBILITY_INFO, GUEST_INTR_STATE_NMI);
}

u8 hull_vmx_shadow_get(struct hull_vmx_vcpu *v)
{
	u32 state = hull_vmcs_read(GUEST_INTERRUPTIBILITY_INFO);

	return (state & GUEST_INTR_STATE_STI ? KVM_X86_SHADOW_INT_STI : 0) |
	       (state & GUEST_INTR_STATE_MOV_SS ? KVM_X86_SHADOW_INT_MOV_SS : 0);
}

void hull_vmx_shadow_set(struct hull_vmx_vcpu *v, u8 shadow)
{
	u32 old = hull_vmcs_read(GUEST_INTERRUPTIBILITY_INFO);
	u32 state = old & ~SHADOWS;

	/* Entry refuses both at once: SDM Vol. 3, 27.3.1.5. */
	if (shadow & KVM_X86_SHADOW_INT_MOV_SS)
		state |= GUEST_INTR_STATE_MOV_SS;
	else if (shadow & KVM_X86_SHADOW_INT_STI)
		state |= GUEST_INTR_STATE_STI;
	if (state != old)
		hull_vmcs_write(GUEST_INTERRUPTIBILITY_INFO, state);
}

/* What hull_vmx_insn_skip() left: a shadow to end, a trap to make, or a wrap. */
void hull_vmx_insn_skip_slow(struct hull_vmx_vcpu *v, unsigned long rip, u32 shadow)
{
	if (!hull_vmx_is_long_mode(v))
		rip = (u32)rip;
	hull_vmx_reg_set(v, HULL_REG_RIP, rip);
	if (shadow)
		hull_vmx_shadow_set(v, 0);
	if (hull_vmx_rflags_get(v) & X86_EFLAGS_TF)
		hull_vmcs_set_bits(GUEST_PENDING_DBG_EXCEPTIONS, PENDING_DBG_BS);
}

bool hull_vmx_exit_gla(struct hull_vmx_vcpu *v, unsigned long *gla)
{
	if (v->exit_reason != EXIT_REASON_EPT_VIOLATION ||
	    !(hull_vmx_exit_qualification(v) & EPT_VIOLATION_GVA_IS_VALID))
		return false;
	*gla = hull_vmcs_read(GUEST_LINEAR_ADDRESS);
	return true;
}
