// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions, NMIs and interrupts on their way into the guest.
 *
 * At most one event is delivered at an entry. What the last exit interrupted comes
 * first unless an exception arose meanwhile; then exceptions, NMIs, interrupts
 * (SDM Vol. 3, table 7-2). What must wait asks for a window exit.
 */

#include <asm/kvm.h>
#include <asm/processor-flags.h>
#include <run/loop.h>

#define VECTOR_DF	8
#define VECTOR_NMI	2
#define VECTORS_EXCEPTION	32

enum exception_class { BENIGN, CONTRIBUTORY, PAGE_FAULT, DOUBLE_FAULT };

/* SDM Vol. 3, table 7-4; everything else is benign. */
static const u8 exception_classes[VECTORS_EXCEPTION] = {
	[DE_VECTOR] = CONTRIBUTORY,
	[DF_VECTOR] = DOUBLE_FAULT,
	[TS_VECTOR] = CONTRIBUTORY,
	[NP_VECTOR] = CONTRIBUTORY,
	[SS_VECTOR] = CONTRIBUTORY,
	[GP_VECTOR] = CONTRIBUTORY,
	[PF_VECTOR] = PAGE_FAULT,
};

static bool is_exception_event(const struct hull_event *event)
{
	return event->type == HULL_EVENT_EXCEPTION || event->type == HULL_EVENT_SOFT_EXC ||
	       event->type == HULL_EVENT_PRIV_SOFT;
}

/*
 * An exception arose while an interrupt or NMI was being delivered: the exception is
 * delivered now, the other one later. It was acknowledged, so it must not get lost.
 */
static void reinject_defer(struct hull_vcpu *vcpu)
{
	struct hull_event *event = &vcpu->reinject;

	if (event->type == HULL_EVENT_INTR) {
		vcpu->user_irq = event->vector;
		vcpu->user_irq_pending = true;
	} else if (event->type == HULL_EVENT_NMI) {
		hull_vmx_nmi_mask(&vcpu->vmx, false);
		hull_nmi_queue(vcpu);
	}
	/* Software events are executed again: RIP still points at their instruction. */
	event->valid = false;
}

/* The exception whose delivery is under way or waiting, or -1. */
static int exception_previous(struct hull_vcpu *vcpu)
{
	if (vcpu->exception.pending)
		return vcpu->exception.vector;
	if (vcpu->reinject.valid && is_exception_event(&vcpu->reinject))
		return vcpu->reinject.vector;
	return -1;
}

/* SDM Vol. 3, table 7-5. */
static bool makes_double_fault(unsigned int first, unsigned int second)
{
	if (exception_classes[first] == PAGE_FAULT)
		return exception_classes[second] != BENIGN;
	return exception_classes[first] == CONTRIBUTORY &&
	       exception_classes[second] == CONTRIBUTORY;
}

void hull_exception_queue_payload(struct hull_vcpu *vcpu, u8 vector, bool has_error, u32 error,
				  unsigned long payload)
{
	struct hull_exception *exception = &vcpu->exception;
	int first = exception_previous(vcpu);
	bool has_payload = vector == PF_VECTOR || vector == DB_VECTOR;

	vector &= VECTORS_EXCEPTION - 1;
	if (first >= 0) {
		first &= VECTORS_EXCEPTION - 1;
		if (first == DF_VECTOR && exception_classes[vector] != BENIGN) {
			exception->pending = false;
			vcpu->reinject.valid = false;
			hull_vcpu_request(vcpu, HULL_REQ_TRIPLE_FAULT);
			return;
		}
		if (makes_double_fault(first, vector)) {
			vector = DF_VECTOR;
			has_error = true;
			error = 0;
			has_payload = false;
		}
	}
	if (vcpu->reinject.valid)
		reinject_defer(vcpu);

	exception->pending = true;
	exception->vector = vector;
	exception->has_error = has_error;
	exception->error = error;
	exception->has_payload = has_payload;
	exception->payload = payload;
}

void hull_exception_queue(struct hull_vcpu *vcpu, u8 vector)
{
	hull_exception_queue_payload(vcpu, vector, false, 0, 0);
}

void hull_exception_queue_error(struct hull_vcpu *vcpu, u8 vector, u32 error)
{
	hull_exception_queue_payload(vcpu, vector, true, error, 0);
}

/* Queued at most twice: one in service, one latched (SDM Vol. 3, 7.7.1). */
void hull_nmi_queue(struct hull_vcpu *vcpu)
{
	unsigned int limit = 2;

	if (hull_vmx_nmi_masked(&vcpu->vmx) ||
	    (vcpu->reinject.valid && vcpu->reinject.type == HULL_EVENT_NMI))
		limit = 1;
	vcpu->nmi_pending = min(vcpu->nmi_pending + 1, limit);
}

bool hull_intr_pending(struct hull_vcpu *vcpu)
{
	return vcpu->user_irq_pending || (vcpu->lapic && hull_lapic_pending(vcpu->lapic) >= 0);
}

bool hull_event_waiting(struct hull_vcpu *vcpu)
{
	return vcpu->exception.pending || vcpu->reinject.valid || vcpu->nmi_pending ||
	       vcpu->user_irq_pending;
}

/* What an exception changes besides what its delivery does. */
static void payload_deliver(struct hull_vcpu *vcpu)
{
	struct hull_exception *exception = &vcpu->exception;

	if (!exception->has_payload)
		return;
	exception->has_payload = false;
	if (exception->vector == PF_VECTOR)
		vcpu->vmx.cr2 = exception->payload;
	else if (exception->vector == DB_VECTOR)
		hull_dr_payload(vcpu, exception->payload);
}

static void exception_inject(struct hull_vcpu *vcpu)
{
	struct hull_exception *exception = &vcpu->exception;
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	struct hull_event event = {
		.valid = true,
		.type = HULL_EVENT_EXCEPTION,
		.vector = exception->vector,
		/* SDM Vol. 3, 27.2.1.3: no error codes in real mode. */
		.has_error = exception->has_error && (hull_vmx_cr0_get(v) & X86_CR0_PE),
		.error = exception->error,
	};

	payload_deliver(vcpu);
	/* SDM Vol. 3, 18.3.1.1: faults push RF set; #DB traps do not. */
	if (exception->vector != DB_VECTOR && exception->vector != DF_VECTOR)
		hull_vmx_rflags_set(v, hull_vmx_rflags_get(v) | X86_EFLAGS_RF);
	if (exception->vector == BP_VECTOR || exception->vector == OF_VECTOR) {
		event.type = HULL_EVENT_SOFT_EXC;
		event.insn_len = 1;
	}
	hull_vmx_event_inject(v, &event);
	exception->pending = false;
}

static bool nmi_inject(struct hull_vcpu *vcpu)
{
	static const struct hull_event nmi = {
		.valid = true, .type = HULL_EVENT_NMI, .vector = VECTOR_NMI,
	};

	if (!hull_vmx_nmi_allowed(&vcpu->vmx))
		return false;
	hull_vmx_event_inject(&vcpu->vmx, &nmi);
	vcpu->nmi_pending--;
	vcpu->stats.nmis++;
	return true;
}

static bool intr_inject(struct hull_vcpu *vcpu)
{
	struct hull_event event = { .valid = true, .type = HULL_EVENT_INTR };
	int vector;

	if (!hull_vmx_intr_allowed(&vcpu->vmx))
		return false;
	if (vcpu->user_irq_pending) {
		vcpu->user_irq_pending = false;
		vector = vcpu->user_irq;
	} else {
		vector = hull_lapic_accept(vcpu->lapic);
		if (vector < 0)
			return false;
	}
	event.vector = vector;
	hull_vmx_event_inject(&vcpu->vmx, &event);
	vcpu->stats.injected++;
	return true;
}

void hull_event_inject(struct hull_vcpu *vcpu)
{
	struct hull_vmx_vcpu *v = &vcpu->vmx;
	bool taken = true;

	if (vcpu->lapic)
		hull_lapic_timer_sync(vcpu->lapic);

	if (vcpu->exception.pending) {
		exception_inject(vcpu);
	} else if (vcpu->reinject.valid) {
		hull_vmx_event_inject(v, &vcpu->reinject);
		vcpu->reinject.valid = false;
	} else {
		taken = false;
	}

	if (vcpu->nmi_pending) {
		taken = taken || nmi_inject(vcpu);
		if (vcpu->nmi_pending)
			hull_vmx_nmi_window(v, true);
	}
	if (hull_intr_pending(vcpu)) {
		if (!taken)
			intr_inject(vcpu);
		if (hull_intr_pending(vcpu))
			hull_vmx_intr_window(v, true);
	} else if (unlikely(READ_ONCE(vcpu->run->request_interrupt_window)) &&
		   !hull_in_kernel_pic(vcpu)) {
		hull_vmx_intr_window(v, true);
	}
}

bool hull_user_irq_ready(struct hull_vcpu *vcpu)
{
	if (vcpu->lapic && !hull_lapic_takes_extint(vcpu->lapic))
		return false;
	return !vcpu->user_irq_pending && !vcpu->reinject.valid && !vcpu->exception.pending &&
	       hull_vmx_intr_allowed(&vcpu->vmx);
}

/* ---- KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS ----------------------------- */

static void exception_get(struct hull_vcpu *vcpu, struct kvm_vcpu_events *events)
{
	if (vcpu->exception.pending) {
		payload_deliver(vcpu);
		events->exception.injected = 1;
		events->exception.nr = vcpu->exception.vector;
		events->exception.has_error_code = vcpu->exception.has_error;
		events->exception.error_code = vcpu->exception.error;
	} else if (vcpu->reinject.valid && is_exception_event(&vcpu->reinject)) {
		events->exception.injected = 1;
		events->exception.nr = vcpu->reinject.vector;
		events->exception.has_error_code = vcpu->reinject.has_error;
		events->exception.error_code = vcpu->reinject.error;
	}
}

int hull_events_get(struct hull_vcpu *vcpu, struct kvm_vcpu_events *events)
{
	memset(events, 0, sizeof(*events));
	exception_get(vcpu, events);

	if (vcpu->user_irq_pending) {
		events->interrupt.injected = 1;
		events->interrupt.nr = vcpu->user_irq;
	} else if (vcpu->reinject.valid && (vcpu->reinject.type == HULL_EVENT_INTR ||
					    vcpu->reinject.type == HULL_EVENT_SOFT_INTR)) {
		events->interrupt.injected = 1;
		events->interrupt.nr = vcpu->reinject.vector;
		events->interrupt.soft = vcpu->reinject.type == HULL_EVENT_SOFT_INTR;
	}
	events->interrupt.shadow = hull_vmx_shadow_get(&vcpu->vmx);

	if (hull_vcpu_request_take(vcpu, HULL_REQ_NMI))
		hull_nmi_queue(vcpu);
	events->nmi.injected = vcpu->reinject.valid && vcpu->reinject.type == HULL_EVENT_NMI;
	events->nmi.pending = vcpu->nmi_pending;
	events->nmi.masked = hull_vmx_nmi_masked(&vcpu->vmx);
	events->flags = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW;
	return 0;
}

static int events_check(struct hull_vcpu *vcpu, const struct kvm_vcpu_events *events)
{
	const u32 known = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SIPI_VECTOR |
			  KVM_VCPUEVENT_VALID_SHADOW | KVM_VCPUEVENT_VALID_SMM;

	if (events->flags & ~known)
		return -EINVAL;
	if (events->exception.injected && (events->exception.nr >= VECTORS_EXCEPTION ||
					   events->exception.nr == VECTOR_NMI))
		return -EINVAL;
	/* There is no SMM here. */
	if ((events->flags & KVM_VCPUEVENT_VALID_SMM) &&
	    (events->smi.smm || events->smi.pending || events->smi.smm_inside_nmi))
		return -EINVAL;
	if ((events->flags & KVM_VCPUEVENT_VALID_SIPI_VECTOR) && !vcpu->lapic)
		return -EINVAL;
	return 0;
}

static void reinject_set(struct hull_vcpu *vcpu, const struct kvm_vcpu_events *events)
{
	struct hull_event *event = &vcpu->reinject;

	memset(event, 0, sizeof(*event));
	vcpu->user_irq_pending = false;
	if (events->interrupt.injected && !events->interrupt.soft) {
		vcpu->user_irq = events->interrupt.nr;
		vcpu->user_irq_pending = true;
	} else if (events->interrupt.injected) {
		event->valid = true;
		event->type = HULL_EVENT_SOFT_INTR;
		event->vector = events->interrupt.nr;
		event->insn_len = 2;
	}
	if (events->nmi.injected) {
		memset(event, 0, sizeof(*event));
		event->valid = true;
		event->type = HULL_EVENT_NMI;
		event->vector = VECTOR_NMI;
	}
}

int hull_events_set(struct hull_vcpu *vcpu, const struct kvm_vcpu_events *events)
{
	int ret = events_check(vcpu, events);

	if (ret)
		return ret;
	memset(&vcpu->exception, 0, sizeof(vcpu->exception));
	reinject_set(vcpu, events);
	if (events->exception.injected) {
		vcpu->exception.pending = true;
		vcpu->exception.vector = events->exception.nr;
		vcpu->exception.has_error = events->exception.has_error_code;
		vcpu->exception.error = events->exception.error_code;
	}
	if (events->flags & KVM_VCPUEVENT_VALID_SHADOW)
		hull_vmx_shadow_set(&vcpu->vmx, events->interrupt.shadow);
	if (events->flags & KVM_VCPUEVENT_VALID_NMI_PENDING) {
		clear_bit(HULL_REQ_NMI, &vcpu->requests);
		vcpu->nmi_pending = min_t(unsigned int, events->nmi.pending, 2);
	}
	hull_vmx_nmi_mask(&vcpu->vmx, events->nmi.masked);
	if (events->flags & KVM_VCPUEVENT_VALID_SIPI_VECTOR)
		vcpu->sipi_vector = events->sipi_vector;
	hull_vcpu_request(vcpu, HULL_REQ_EVENT);
	return 0;
}
