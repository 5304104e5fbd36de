/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interrupt room's own structures.
 *
 * Locks, outer to inner; those of one line are never held together:
 *   chip->lock			mutex: creation of APICs and PIT, routing writers, irqfd assignment
 *   pit.lock			mutex: the PIT's registers against each other
 *   eventfd's wait-queue lock	foreign; the irqfd callback runs under it
 *   irqfds_lock		raw: the list of irqfds
 *   ioapic.lock, pic.lock	raw: taken with interrupts off, from hrtimers and wake-ups too
 *   RCU			routing table, local APICs by ID, resamplers
 * The callbacks of struct hull_irq_ops nest inside all of these. Resample eventfds
 * are signalled with none of them held.
 *
 * Field legend: see kmod/vmx/vmx.h; further:
 *   [t] changed by the vCPU's thread only, read by others with READ_ONCE()
 *   [T] the vCPU's thread while no hrtimer is armed, else the hrtimer
 */
#ifndef HULL_IRQ_PRIVATE_H
#define HULL_IRQ_PRIVATE_H

#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <irq/apic_logic.h>
#include <irq/i8254.h>
#include <irq/i8259.h>
#include <irq/ioapic_logic.h>
#include <irq/irq.h>

/* Who holds a line up. The line is the OR of all. */
enum hull_irq_source { HULL_IRQ_SRC_USER, HULL_IRQ_SRC_RESAMPLE, HULL_IRQ_SRC_PIT };

/* A guest's timer that repeats goes no faster, so that it cannot drown the host. */
#define HULL_TIMER_PERIOD_MIN	(200 * NSEC_PER_USEC)

#define HULL_SPLIT_PINS_MAX	1024	/* userspace may have several I/O APICs */

struct hull_lapic {
	struct hull_lapic_head head;		/* first: inline fast paths */
	struct hull_irqchip *chip;		/* [I] */
	const struct hull_irq_ops *ops;		/* [I] */
	void *vcpu;				/* [I] */
	u32 id;					/* [I] */
	u8 maxphyaddr;				/* [v] */
	u32 features;				/* [v] HULL_LAPIC_F_* */

	u64 base;				/* [t] IA32_APIC_BASE */
	u8 tpr;					/* [v] */
	u8 ppr;					/* [t] */
	u32 ldr, dfr, svr;			/* [t] */
	u32 lvt[HULL_NR_LVTS];			/* [t] */
	u64 icr;				/* [v] destination half as the mode lays it out */
	u32 esr;				/* [v] as last latched */
	u32 tmict, tdcr;			/* [v] */

	unsigned long errors;			/* [a] ESR bits to latch */
	unsigned long irr[4];			/* [a] set by anybody, cleared by the thread */
	unsigned long tmr[4];			/* [a] */
	unsigned long isr[4];			/* [v] */

	struct hrtimer timer;
	bool timer_started;			/* [v] timer may be armed: cancel first */
	u64 tsc_deadline;			/* [T] IA32_TSC_DEADLINE, 0: disarmed */
	ktime_t expires;			/* [T] in one-shot and periodic mode */
	u64 period;				/* [T] ns, 0: one-shot */
};

struct hull_ioapic {
	raw_spinlock_t lock;			/* everything below */
	u64 base;
	u8 select;
	u8 id;
	u64 table[HULL_IOAPIC_PINS];
	u8 sources[HULL_IOAPIC_PINS];		/* BIT(enum hull_irq_source) that hold it up */
	u16 storm[HULL_IOAPIC_PINS];		/* deliveries that came straight after an EOI */
	u32 stalled;				/* pins that wait for storm_timer */
	struct hrtimer storm_timer;
};

struct hull_pic {
	raw_spinlock_t lock;			/* everything below */
	struct hull_i8259 pair;
	u8 sources[HULL_PIC_PINS];
};

struct hull_pit {
	struct mutex lock;			/* everything below but the timer's */
	struct hull_irqchip *chip;		/* [I] */
	struct hull_i8254 dev;
	u32 flags;				/* KVM_PIT_FLAGS_HPET_LEGACY */
	bool port61;				/* [I] answers at 0x61 */
	struct hrtimer timer;
	u64 period;				/* [T] ns, 0: one-shot */
};

/*
 * A routing table: entries sorted by GSI, those of one GSI at start[gsi] to start[gsi + 1].
 * @older, @retired: of one that was replaced: the one before it, and when (an RCU cookie)
 */
struct hull_routing {
	struct hull_routing *older;		/* chip->lock */
	unsigned long retired;			/* chip->lock */
	u32 nr_gsi;
	s16 pin_gsi[3][HULL_IOAPIC_PINS];	/* by KVM_IRQCHIP_*, -1: none */
	u16 *start;				/* behind the entries */
	u32 n;
	struct kvm_irq_routing_entry entries[];
};

struct hull_irqchip {
	const struct hull_irq_ops *ops;		/* [I] */
	bool split;				/* [I] */
	u32 split_pins;				/* [I] GSIs of userspace's I/O APIC */
	u32 tsc_khz;				/* [I] */
	u32 x2apic_api;				/* [a] KVM_X2APIC_API_* */

	struct mutex lock;			/* see above */
	struct hull_routing __rcu *routing;	/* written under lock */
	struct hull_routing *old_routings;	/* lock; replaced, the last one first */
	u32 max_id;				/* [I] */
	u32 nr_ids;				/* [a] highest ID there is, plus 1; under lock */
	unsigned int arbiter;			/* [a] where lowest priority starts looking */

	struct hull_ioapic ioapic;
	struct hull_pic pic;
	struct hull_pit *pit;			/* set once under lock, smp_store_release */

	raw_spinlock_t irqfds_lock;
	struct list_head irqfds;		/* irqfds_lock; those that are live */
	struct list_head resamplers;		/* RCU; written under lock */
	bool irqfds_closed;			/* lock: no more irqfds */
	bool quiet;				/* nothing raises interrupts any more */

	struct hull_lapic __rcu *lapics[];	/* by APIC ID; written under lock */
};

/* --- lapic.c, lapic_regs.c, lapic_state.c ---------------------------------- */

static inline bool hull_lapic_x2apic(const struct hull_lapic *apic)
{
	return (READ_ONCE(apic->base) & HULL_APIC_BASE_MODE) == HULL_APIC_BASE_MODE;
}

static inline bool hull_lapic_hw_enabled(const struct hull_lapic *apic)
{
	return READ_ONCE(apic->base) & HULL_APIC_BASE_ENABLE;
}

static inline bool hull_lapic_sw_enabled(const struct hull_lapic *apic)
{
	return READ_ONCE(apic->svr) & HULL_SVR_ENABLE;
}

void hull_lapic_regs_reset(struct hull_lapic *apic);
u32 hull_lapic_reg_get(struct hull_lapic *apic, unsigned int reg);
void hull_lapic_reg_set(struct hull_lapic *apic, unsigned int reg, u32 val);

/* --- lapic_irq.c: interrupts of one APIC ----------------------------------- */

/* something changed that may make an interrupt deliverable: look again before entry */
static inline void hull_lapic_reevaluate(struct hull_lapic *apic)
{
	WRITE_ONCE(apic->head.look, 1);
}

/** hull_lapic_irq_set - Return: 1 newly pending, 0 was pending, -1 not accepted */
int hull_lapic_irq_set(struct hull_lapic *apic, u8 vector, bool level);
/** hull_lapic_lvt_raise - an event of the APIC's own that a local vector table entry routes */
void hull_lapic_lvt_raise(struct hull_lapic *apic, enum hull_apic_lvt lvt);
void hull_lapic_error(struct hull_lapic *apic, unsigned int bit);
void hull_lapic_eoi(struct hull_lapic *apic);
void hull_lapic_ppr_update(struct hull_lapic *apic);

/* --- lapic_timer.c --------------------------------------------------------- */

void hull_lapic_timer_init(struct hull_lapic *apic);
void hull_lapic_timer_stop(struct hull_lapic *apic);
/** hull_lapic_timer_start - one-shot or periodic, from TMICT and divider; @left: ticks or 0: all */
void hull_lapic_timer_start(struct hull_lapic *apic, u32 left);
u32 hull_lapic_timer_count(struct hull_lapic *apic);
void hull_lapic_timer_lvt_set(struct hull_lapic *apic, u32 val);
void hull_lapic_timer_divide_set(struct hull_lapic *apic, u32 val);
u64 hull_lapic_tsc_deadline_get(struct hull_lapic *apic);
void hull_lapic_tsc_deadline_set(struct hull_lapic *apic, u64 deadline);

/* --- deliver.c: from a message to APICs ------------------------------------- */

/**
 * hull_irq_deliver - send a message
 * @src: the local APIC that sends it, or NULL
 * Context: any, down to interrupts off.
 * Return: >0 how many took it, 0 coalesced, -1 nobody there
 */
int hull_irq_deliver(struct hull_irqchip *chip, struct hull_lapic *src,
		     const struct hull_irq_msg *msg);
void hull_lapic_icr_send(struct hull_lapic *apic, u32 low, u32 dest);
/** hull_irq_extint_changed - the PIC's output went up */
void hull_irq_extint_changed(struct hull_irqchip *chip);

/* --- ioapic.c, pic.c, pit.c ------------------------------------------------- */

void hull_ioapic_init(struct hull_irqchip *chip);
void hull_ioapic_stop(struct hull_irqchip *chip);
int hull_ioapic_line(struct hull_irqchip *chip, unsigned int pin, enum hull_irq_source src,
		     bool level);
/** hull_ioapic_eoi - a local APIC ended level-triggered @vector, or the EOI register was written */
void hull_ioapic_eoi(struct hull_irqchip *chip, u8 vector);
void hull_ioapic_state_get(struct hull_irqchip *chip, struct kvm_ioapic_state *state);
int hull_ioapic_state_set(struct hull_irqchip *chip, const struct kvm_ioapic_state *state);
bool hull_ioapic_mmio(struct hull_irqchip *chip, u64 gpa, unsigned int len, void *data, bool write);

void hull_pic_init(struct hull_irqchip *chip);
int hull_pic_line(struct hull_irqchip *chip, unsigned int pin, enum hull_irq_source src,
		  bool level);
/** hull_pic_intack - the vector, or -1 when the output is low */
int hull_pic_intack(struct hull_irqchip *chip);
void hull_pic_state_get(struct hull_irqchip *chip, unsigned int which, struct kvm_pic_state *state);
void hull_pic_state_set(struct hull_irqchip *chip, unsigned int which,
			const struct kvm_pic_state *state);
bool hull_pic_port(u16 port);
u8 hull_pic_read(struct hull_irqchip *chip, u16 port);
void hull_pic_write(struct hull_irqchip *chip, u16 port, u8 val);

bool hull_pit_port(const struct hull_irqchip *chip, u16 port);
u8 hull_pit_read(struct hull_irqchip *chip, u16 port);
void hull_pit_write(struct hull_irqchip *chip, u16 port, u8 val);
void hull_pit_stop(struct hull_irqchip *chip);
void hull_pit_destroy(struct hull_irqchip *chip);

/* --- route.c ----------------------------------------------------------------- */

int hull_routing_init(struct hull_irqchip *chip);
void hull_routing_destroy(struct hull_irqchip *chip);
/** hull_irq_gsi_set - as hull_irq_line_set(), for @src */
int hull_irq_gsi_set(struct hull_irqchip *chip, u32 gsi, enum hull_irq_source src, bool level);
/** hull_irq_gsi_edge - a pulse: MSIs are sent, lines go up and down */
int hull_irq_gsi_edge(struct hull_irqchip *chip, u32 gsi, enum hull_irq_source src);
/** hull_irq_pin_acked - the guest ended pin @pin of KVM_IRQCHIP_* @which: tell resamplers */
void hull_irq_pin_acked(struct hull_irqchip *chip, unsigned int which, unsigned int pin);
/** hull_irq_split_eoi - does userspace's I/O APIC want to hear of this EOI? */
bool hull_irq_split_eoi(struct hull_irqchip *chip, u8 vector);

/* --- irqfd.c ------------------------------------------------------------------ */

void hull_irqfds_init(struct hull_irqchip *chip);
/** hull_irqfd_gsi_acked - lower the line, signal the resample eventfds */
void hull_irqfd_gsi_acked(struct hull_irqchip *chip, u32 gsi);

#endif
