/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interrupt room: local APICs and their timers, I/O APIC, PIC, PIT, routing, irqfd.
 *
 * It knows neither VMs nor VMX. A vCPU is an opaque pointer that it got with the
 * local APIC and gives back in callbacks.
 */
#ifndef HULL_IRQ_IRQ_H
#define HULL_IRQ_IRQ_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kvm.h>
#include <linux/types.h>

struct hull_irqchip;	/* one a VM; irq/irq_private.h */
struct hull_lapic;	/* one a vCPU, begins with struct hull_lapic_head */

/**
 * struct hull_irq_ops - what this room needs from above
 *
 * All may be called with spinlocks held and interrupts off; none sleeps.
 *
 * @kick: something is pending for the vCPU: wake it, or make it leave the guest
 * @nmi, @init, @sipi: the message arrived at the vCPU
 * @eoi: a level-triggered vector @vector was ended that a split userspace I/O APIC
 *	wants to hear of (KVM_EXIT_IOAPIC_EOI)
 * @guest_tsc: the guest's TSC at this moment; it must run at the rate of the host's
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
/**
 * hull_irqchip_x2apic_api_set - KVM_CAP_X2APIC_API
 * @flags: KVM_X2APIC_API_*. With USE_32BIT_IDS the upper half of an MSI's address holds
 *	bits 31:8 of the destination and KVM_GET/SET_LAPIC show whole IDs; a VMM that
 *	offers KVM_FEATURE_MSI_EXT_DEST_ID to its guest needs that, and translates.
 *	The I/O APIC in the kernel has 8-bit destinations always.
 * Return: 0, -EINVAL for an unknown flag
 */
int hull_irqchip_x2apic_api_set(struct hull_irqchip *chip, u64 flags);

/* KVM_GET/SET_IRQCHIP, KVM_IRQ_LINE, KVM_SIGNAL_MSI, KVM_SET_GSI_ROUTING, KVM_IRQFD */
int hull_irqchip_state_get(struct hull_irqchip *chip, struct kvm_irqchip *state);
int hull_irqchip_state_set(struct hull_irqchip *chip, const struct kvm_irqchip *state);
/** hull_irq_line_set - Return: >0 delivered, 0 coalesced, -1 not delivered, -EINVAL no such line */
int hull_irq_line_set(struct hull_irqchip *chip, u32 gsi, bool level);
/** hull_irq_msi_send - Return: likewise; -EINVAL: flags, or junk in the upper address */
int hull_irq_msi_send(struct hull_irqchip *chip, const struct kvm_msi *msi);
/** hull_irq_routing_set - replaces the whole table; may sleep. -EINVAL, -ENOMEM */
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
bool hull_irqchip_mmio(struct hull_irqchip *chip, u64 gpa, unsigned int len, void *data,
		       bool write);
/** hull_irqchip_pio - ports of PIC (20, 21, a0, a1, 4d0, 4d1) and PIT (40-43, 61) */
bool hull_irqchip_pio(struct hull_irqchip *chip, u16 port, unsigned int len, void *data,
		      bool write);

/* --- local APIC (SDM Vol. 3, chapter 11) ---------------------------------- */

/*
 * The first bytes of a local APIC, for inline fast paths.
 *
 * @look: something may be deliverable that hull_lapic_pending() has not seen yet [a]
 * @offload: the VMX preemption timer watches the deadline [v]
 * @deadline: host TSC at which the armed timer fires, ~0: none [a]
 */
struct hull_lapic_head {
	bool look;
	bool offload;
	u64 deadline;
};

static inline struct hull_lapic_head *hull_lapic_head(struct hull_lapic *apic)
{
	return (struct hull_lapic_head *)apic;
}

/**
 * hull_lapic_create - the local APIC of a vCPU, in the state after power-up
 *
 * From now on messages can reach @vcpu's callbacks.
 * Return: the object or ERR_PTR(-ENOMEM, -EINVAL: @id too high, -EEXIST).
 */
struct hull_lapic *hull_lapic_create(struct hull_irqchip *chip, void *vcpu, u32 id);
/** hull_lapic_destroy - no callback for its vCPU is running after that; may sleep */
void hull_lapic_destroy(struct hull_lapic *apic);

/* what the guest's CPUID says of its local APIC; all of it until told otherwise */
#define HULL_LAPIC_F_X2APIC		BIT(0)
#define HULL_LAPIC_F_TSC_DEADLINE	BIT(1)
/** hull_lapic_features_set - after KVM_SET_CPUID2: which modes and address bits are valid */
void hull_lapic_features_set(struct hull_lapic *apic, u32 features, unsigned int maxphyaddr);
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

int hull_lapic_pending_look(struct hull_lapic *apic);

/**
 * hull_lapic_pending - the vector that would be delivered now, or -1
 *
 * Highest IRR above the processor priority, or an ExtINT when this vCPU hears the
 * PIC: its vector is not known before it is accepted and reads as 0. Cheap when
 * nothing has changed since it last said -1 (one load).
 * Context: vCPU thread, interrupts may be off.
 */
static inline int hull_lapic_pending(struct hull_lapic *apic)
{
	if (likely(!READ_ONCE(hull_lapic_head(apic)->look)))
		return -1;
	return hull_lapic_pending_look(apic);
}

/** hull_lapic_accept - acknowledge: IRR to ISR (or PIC INTA); the vector, or -1 */
int hull_lapic_accept(struct hull_lapic *apic);
/** hull_lapic_takes_extint - does this vCPU hear the PIC, be it in the kernel or the VMM's? */
bool hull_lapic_takes_extint(const struct hull_lapic *apic);

/* LINT1, thermal and performance entries are registers only: nothing here raises them. */

/** hull_lapic_deadline - host TSC at which the armed timer fires, whatever its mode; ~0: none */
static inline u64 hull_lapic_deadline(struct hull_lapic *apic)
{
	return READ_ONCE(hull_lapic_head(apic)->deadline);
}

void hull_lapic_timer_offload_set(struct hull_lapic *apic, bool offload);
/**
 * hull_lapic_timer_offload - the VMX preemption timer watches (true) or the hrtimer does
 *
 * While offloaded the caller makes the guest exit at hull_lapic_deadline().
 * Context: vCPU thread, interrupts may be off.
 */
static inline void hull_lapic_timer_offload(struct hull_lapic *apic, bool offload)
{
	if (hull_lapic_head(apic)->offload != offload)
		hull_lapic_timer_offload_set(apic, offload);
}

/** hull_lapic_timer_expired - the preemption timer exit came: fire if it is time */
void hull_lapic_timer_expired(struct hull_lapic *apic);
/** hull_lapic_timer_sync - before an entry: fire an offloaded timer that is due (vCPU thread) */
static inline void hull_lapic_timer_sync(struct hull_lapic *apic)
{
	if (hull_lapic_deadline(apic) != ~0ULL)
		hull_lapic_timer_expired(apic);
}

/** hull_lapic_tsc_moved - the guest's TSC was set: a TSC deadline is at another time now */
void hull_lapic_tsc_moved(struct hull_lapic *apic);

int hull_lapic_state_get(struct hull_lapic *apic, struct kvm_lapic_state *state);
int hull_lapic_state_set(struct hull_lapic *apic, const struct kvm_lapic_state *state);

/**
 * hull_irq_ipi_send - KVM_HC_SEND_IPI
 * @bitmap: APIC IDs from @min on
 * @icr: vector and delivery mode, fixed or NMI
 * @wide: both words have 64 bits, as a 64-bit caller's do, else 32
 *
 * Return: number of vCPUs reached, -EINVAL.
 */
int hull_irq_ipi_send(struct hull_irqchip *chip, const unsigned long bitmap[2], u32 min, u32 icr,
		      bool wide);

int hull_irq_room_init(void);
void hull_irq_room_exit(void);

#endif
