/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interrupt room: local APICs and their timers, I/O APIC, PIC, PIT, routing, irqfd.
 *
 * It knows neither VMs nor VMX. A vCPU is an opaque pointer that it got with the
 * local APIC and gives back in callbacks.
 */
#ifndef HULL_IRQ_IRQ_H
#define HULL_IRQ_IRQ_H

#include <linux/kvm.h>
#include <linux/types.h>

struct hull_irqchip;	/* one a VM; irq/irqchip_private.h */
struct hull_lapic;	/* one a vCPU */

/**
 * struct hull_irq_ops - what this room needs from above
 *
 * All may be called with spinlocks held and interrupts off; none sleeps.
 *
 * @kick: something is pending for the vCPU: wake it, or make it leave the guest
 * @nmi, @init, @sipi: the message arrived at the vCPU
 * @eoi: a level-triggered vector @vector was ended that a split userspace I/O APIC
 *	wants to hear of (KVM_EXIT_IOAPIC_EOI)
 * @guest_tsc: the guest's TSC at this moment, @guest_tsc_to_host: inverse, for deadlines
 */
struct hull_irq_ops {
	void (*kick)(void *vcpu);
	void (*nmi)(void *vcpu);
	void (*init)(void *vcpu);
	void (*sipi)(void *vcpu, u8 vector);
	void (*eoi)(void *vcpu, u8 vector);
	u64 (*guest_tsc)(void *vcpu);
};

/**
 * hull_irqchip_create - the interrupt controllers of one VM
 * @vm: opaque
 * @split: local APICs only; I/O APIC and PIC live in the VMM (KVM_CAP_SPLIT_IRQCHIP)
 * @pins: I/O APIC pins to route when @split
 * @max_id: highest APIC ID that will be used
 * @tsc_khz: frequency of the guest's TSC
 *
 * Return: the object or ERR_PTR(-ENOMEM, -EINVAL).
 */
struct hull_irqchip *hull_irqchip_create(void *vm, const struct hull_irq_ops *ops, bool split,
					 unsigned int pins, unsigned int max_id, u32 tsc_khz);
/** hull_irqchip_destroy - after all local APICs are gone; also ends irqfds (may sleep) */
void hull_irqchip_destroy(struct hull_irqchip *chip);
/** hull_irqchip_irqfds_release - when the VM's last file goes: end irqfds, drop eventfds */
void hull_irqchip_irqfds_release(struct hull_irqchip *chip);
/**
 * hull_irqchip_quiesce - stop the chip's own timers (PIT); may sleep
 *
 * Called before the local APICs are destroyed: nothing of the chip raises an
 * interrupt after it returns.
 */
void hull_irqchip_quiesce(struct hull_irqchip *chip);
bool hull_irqchip_is_split(const struct hull_irqchip *chip);

/* KVM_GET/SET_IRQCHIP, KVM_IRQ_LINE, KVM_SIGNAL_MSI, KVM_SET_GSI_ROUTING, KVM_IRQFD */
int hull_irqchip_state_get(struct hull_irqchip *chip, struct kvm_irqchip *state);
int hull_irqchip_state_set(struct hull_irqchip *chip, const struct kvm_irqchip *state);
/** hull_irq_line_set - Return: >0 delivered, 0 coalesced, <0 not delivered; -EINVAL no such line */
int hull_irq_line_set(struct hull_irqchip *chip, u32 gsi, bool level);
int hull_irq_msi_send(struct hull_irqchip *chip, const struct kvm_msi *msi);
int hull_irq_routing_set(struct hull_irqchip *chip, const struct kvm_irq_routing_entry *entries,
			 unsigned int n);
int hull_irqfd_set(struct hull_irqchip *chip, const struct kvm_irqfd *args);

/* PIT: KVM_CREATE_PIT2, KVM_GET/SET_PIT2 */
int hull_pit_create(struct hull_irqchip *chip, const struct kvm_pit_config *config);
int hull_pit_get(struct hull_irqchip *chip, struct kvm_pit_state2 *state);
int hull_pit_set(struct hull_irqchip *chip, const struct kvm_pit_state2 *state);

/**
 * hull_irqchip_mmio - an access to guest-physical memory that nothing backs
 *
 * The I/O APIC page. Local APIC pages are the vCPU's own: hull_lapic_mmio().
 * Return: true when it was for this chip.
 */
bool hull_irqchip_mmio(struct hull_irqchip *chip, u64 gpa, unsigned int len, void *data, bool write);
/** hull_irqchip_pio - ports of PIC (20, 21, a0, a1, 4d0, 4d1) and PIT (40-43, 61) */
bool hull_irqchip_pio(struct hull_irqchip *chip, u16 port, unsigned int len, void *data, bool write);

/* --- local APIC (SDM Vol. 3, chapter 11) ---------------------------------- */

struct hull_lapic *hull_lapic_create(struct hull_irqchip *chip, void *vcpu, u32 id);
void hull_lapic_destroy(struct hull_lapic *apic);
/** hull_lapic_reset - @init: INIT keeps the APIC ID and IA32_APIC_BASE (SDM Vol. 3, 11.4.7) */
void hull_lapic_reset(struct hull_lapic *apic, bool init);

u64 hull_lapic_base_get(struct hull_lapic *apic);
/** hull_lapic_base_set - IA32_APIC_BASE; -EINVAL where the transition must #GP */
int hull_lapic_base_set(struct hull_lapic *apic, u64 base, bool by_host);
/**
 * hull_lapic_mmio - xAPIC page access
 * Return: true when @gpa lies in the enabled xAPIC page.
 */
bool hull_lapic_mmio(struct hull_lapic *apic, u64 gpa, unsigned int len, void *data, bool write);
/** hull_lapic_msr_get - x2APIC MSRs 0x800-0x8ff and IA32_TSC_DEADLINE; -EINVAL: #GP */
int hull_lapic_msr_get(struct hull_lapic *apic, u32 msr, u64 *val);
/**
 * hull_lapic_msr_set - likewise
 *
 * Context: interrupts may be off (fast path for TSC_DEADLINE, EOI, ICR).
 */
int hull_lapic_msr_set(struct hull_lapic *apic, u32 msr, u64 val);

unsigned long hull_lapic_tpr_get(struct hull_lapic *apic);	/* CR8 */
void hull_lapic_tpr_set(struct hull_lapic *apic, unsigned long cr8);

/**
 * hull_lapic_pending - the vector that would be delivered now, or -1
 *
 * Highest IRR above the processor priority, or an ExtINT from the PIC when the chip
 * accepts PIC interrupts on this vCPU. Cheap when nothing is pending (one load).
 * Context: vCPU thread, interrupts may be off.
 */
int hull_lapic_pending(struct hull_lapic *apic);
/** hull_lapic_accept - acknowledge: IRR to ISR (or PIC INTA); the vector, or -1 */
int hull_lapic_accept(struct hull_lapic *apic);
/** hull_lapic_nmi_watch etc. are not modelled: LVT LINT0/1 in NMI/ExtINT mode are. */

/** hull_lapic_timer_pending - the timer fired and its interrupt must be set (vCPU thread) */
void hull_lapic_timer_sync(struct hull_lapic *apic);
/** hull_lapic_deadline - host-TSC deadline of an armed TSC-deadline timer, ~0 when none */
u64 hull_lapic_deadline(struct hull_lapic *apic);
/** hull_lapic_timer_offload - the VMX preemption timer watches (true) or the hrtimer does */
void hull_lapic_timer_offload(struct hull_lapic *apic, bool offload);
/** hull_lapic_timer_expired - the preemption timer exit came: fire now */
void hull_lapic_timer_expired(struct hull_lapic *apic);

int hull_lapic_state_get(struct hull_lapic *apic, struct kvm_lapic_state *state);
int hull_lapic_state_set(struct hull_lapic *apic, const struct kvm_lapic_state *state);

/**
 * hull_lapic_pv_eoi_set - KVM PV EOI: @flag is the guest's word, mapped by the caller, or NULL
 *
 * hull_irq_ipi_send - KVM_HC_SEND_IPI and the fast ICR path share it
 * Return: number of vCPUs reached.
 */
int hull_irq_ipi_send(struct hull_irqchip *chip, const unsigned long bitmap[2], u32 min, u32 icr,
		      bool x2apic);

#endif
