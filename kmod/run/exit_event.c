// SPDX-License-Identifier: GPL-2.0-only
/* Exits that no instruction asked for: exceptions, interrupts, windows, timers. */

#include <uapi/asm/vmx.h>
#include <run/loop.h>

#define INTR_INFO_TYPE(info)	(((info) >> 8) & 7)
#define INTR_INFO_VECTOR(info)	((info) & 0xff)
#define INTR_INFO_HAS_ERROR	BIT(11)

static int exit_debug(struct hull_vcpu *vcpu, u8 vector, unsigned long dr6)
{
	struct kvm_debug_exit_arch *arch = &vcpu->run->debug.arch;

	vcpu->run->exit_reason = KVM_EXIT_DEBUG;
	arch->exception = vector;
	arch->pc = hull_linear_rip(vcpu);
	arch->dr6 = dr6;
	arch->dr7 = hull_vmx_dr7_get(&vcpu->vmx);
	return HULL_EXIT_USER;
}

/* The exit qualification holds the bits that DR6 would get (SDM Vol. 3, table 28-1). */
static int exit_db(struct hull_vcpu *vcpu)
{
	unsigned long bits = hull_vmx_exit_qualification(&vcpu->vmx);

	/* INT1 is a trap, but exits as a fault does. */
	if (INTR_INFO_TYPE(hull_vmx_exit_intr_info(&vcpu->vmx)) == HULL_EVENT_PRIV_SOFT)
		hull_vmx_insn_skip(&vcpu->vmx);
	if (vcpu->guest_debug & (KVM_GUESTDBG_SINGLESTEP | KVM_GUESTDBG_USE_HW_BP))
		return exit_debug(vcpu, DB_VECTOR, bits | HULL_DR6_FIXED);
	hull_exception_queue_payload(vcpu, DB_VECTOR, false, 0, bits);
	return HULL_EXIT_ENTER;
}

static int exit_bp(struct hull_vcpu *vcpu, u8 vector)
{
	struct hull_event *event = &vcpu->reinject;

	if (vcpu->guest_debug & KVM_GUESTDBG_USE_SW_BP)
		return exit_debug(vcpu, vector, 0);
	/* Not ours after all: deliver what was intercepted as it stood. */
	event->valid = true;
	event->type = HULL_EVENT_SOFT_EXC;
	event->vector = vector;
	event->has_error = false;
	event->insn_len = hull_vmx_exit_insn_len(&vcpu->vmx);
	return HULL_EXIT_ENTER;
}

int hull_exit_exception(struct hull_vcpu *vcpu)
{
	u32 info = hull_vmx_exit_intr_info(&vcpu->vmx);
	u8 vector = INTR_INFO_VECTOR(info);

	/* The host has had its NMI or machine check already. */
	if (INTR_INFO_TYPE(info) == HULL_EVENT_NMI || vector == MC_VECTOR)
		return HULL_EXIT_ENTER;

	switch (vector) {
	case DB_VECTOR:
		return exit_db(vcpu);
	case BP_VECTOR:
		return exit_bp(vcpu, vector);
	}
	/* Intercepted for the host's sake alone, such as #AC (SDM Vol. 3, 26.6.3). */
	hull_exception_queue_payload(vcpu, vector, info & INTR_INFO_HAS_ERROR,
				     hull_vmx_exit_intr_error(&vcpu->vmx),
				     hull_vmx_exit_qualification(&vcpu->vmx));
	return HULL_EXIT_ENTER;
}

int hull_exit_interrupt(struct hull_vcpu *vcpu)
{
	return HULL_EXIT_ENTER;
}

int hull_exit_triple_fault(struct hull_vcpu *vcpu)
{
	vcpu->run->exit_reason = KVM_EXIT_SHUTDOWN;
	return HULL_EXIT_USER;
}

int hull_exit_intr_window(struct hull_vcpu *vcpu)
{
	hull_vmx_intr_window(&vcpu->vmx, false);
	hull_vcpu_request(vcpu, HULL_REQ_EVENT);
	return HULL_EXIT_ENTER;
}

int hull_exit_nmi_window(struct hull_vcpu *vcpu)
{
	hull_vmx_nmi_window(&vcpu->vmx, false);
	hull_vcpu_request(vcpu, HULL_REQ_EVENT);
	return HULL_EXIT_ENTER;
}

/* The quick half has told the local APIC. */
int hull_exit_preemption_timer(struct hull_vcpu *vcpu)
{
	return HULL_EXIT_ENTER;
}
