/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine for kmod/irq: virtual time, vCPUs that note what reaches them, and short
 * words for what a guest does.
 */
#ifndef HULL_UNIT_IRQ_MACHINE_H
#define HULL_UNIT_IRQ_MACHINE_H

#include "hull_tap.h"
#include "irq/irq_private.h"
#include "random.h"

#define CPUS	4

struct vcpu {
	struct hull_lapic *apic;
	unsigned int kicks, nmis, inits, sipis, eois;
	u8 sipi_vector, eoi_vector;
	s64 tsc_offset;
};

int sim_rcu;
unsigned long sim_grace;
s64 sim_now, sim_tsc_lag;

static struct hrtimer *armed;
static struct vcpu vcpus[CPUS];
static struct hull_irqchip *chip;
static unsigned int gsi_acks;	/* resample notifications */

/* --- time -------------------------------------------------------------------------- */

void hrtimer_start(struct hrtimer *timer, ktime_t when, enum hrtimer_mode mode)
{
	hrtimer_cancel(timer);
	timer->expires = when + (mode == HRTIMER_MODE_REL_HARD ? sim_now : 0);
	timer->armed = true;
	timer->next = armed;
	armed = timer;
}

void hrtimer_cancel(struct hrtimer *timer)
{
	struct hrtimer **p;

	for (p = &armed; *p; p = &(*p)->next) {
		if (*p == timer) {
			*p = timer->next;
			break;
		}
	}
	timer->armed = false;
}

void hrtimer_forward_now(struct hrtimer *timer, ktime_t interval)
{
	if (timer->expires <= sim_now)
		timer->expires += ((sim_now - timer->expires) / interval + 1) * interval;
}

/* Let time go by, timers in their order. Returns how many went off. */
static inline unsigned int sleep_ns(s64 ns)
{
	s64 end = sim_now + ns;
	unsigned int fired = 0;

	for (;;) {
		struct hrtimer *t, *first = NULL;

		for (t = armed; t; t = t->next)
			if (!first || t->expires < first->expires)
				first = t;
		if (!first || first->expires > end)
			break;
		sim_now = max(sim_now, first->expires);
		fired++;
		hrtimer_cancel(first);
		if (first->function(first) == HRTIMER_RESTART)
			hrtimer_start(first, first->expires, HRTIMER_MODE_ABS_HARD);
	}
	sim_now = end;
	return fired;
}

/* --- vCPUs --------------------------------------------------------------------------- */

static void on_kick(void *v)
{
	((struct vcpu *)v)->kicks++;
}

static void on_nmi(void *v)
{
	((struct vcpu *)v)->nmis++;
}

static void on_init(void *v)
{
	((struct vcpu *)v)->inits++;
}

static void on_sipi(void *v, u8 vector)
{
	((struct vcpu *)v)->sipis++;
	((struct vcpu *)v)->sipi_vector = vector;
}

static void on_eoi(void *v, u8 vector)
{
	((struct vcpu *)v)->eois++;
	((struct vcpu *)v)->eoi_vector = vector;
}

static u64 guest_tsc(void *v)
{
	return rdtsc() + ((struct vcpu *)v)->tsc_offset;
}

static const struct hull_irq_ops machine_ops = {
	.kick = on_kick, .nmi = on_nmi, .init = on_init, .sipi = on_sipi, .eoi = on_eoi,
	.guest_tsc = guest_tsc,
};

/* irqfd.c stays out; this is what the rest asks of it */
void hull_irqfds_init(struct hull_irqchip *c)
{
	INIT_LIST_HEAD(&c->irqfds);
	INIT_LIST_HEAD(&c->resamplers);
}

void hull_irqchip_irqfds_release(struct hull_irqchip *c)
{
}

void hull_irqfd_gsi_acked(struct hull_irqchip *c, u32 gsi)
{
	assert(!c->ioapic.lock.held && !c->pic.lock.held);
	gsi_acks++;
}

/* --- a guest's words -------------------------------------------------------------------- */

static inline void mmio_write(unsigned int cpu, unsigned int reg, u32 val)
{
	hull_lapic_mmio(vcpus[cpu].apic, 0xfee00000 + reg * 16, 4, &val, true);
}

static inline u32 mmio_read(unsigned int cpu, unsigned int reg)
{
	u32 val = 0;

	hull_lapic_mmio(vcpus[cpu].apic, 0xfee00000 + reg * 16, 4, &val, false);
	return val;
}

static inline int wrmsr(unsigned int cpu, unsigned int reg, u64 val)
{
	return hull_lapic_msr_set(vcpus[cpu].apic, 0x800 + reg, val);
}

static inline u64 rdmsr(unsigned int cpu, unsigned int reg)
{
	u64 val = 0;

	return hull_lapic_msr_get(vcpus[cpu].apic, 0x800 + reg, &val) ? ~0ULL : val;
}

static inline void eoi(unsigned int cpu)
{
	hull_lapic_reg_set(vcpus[cpu].apic, HULL_APIC_EOI, 0);
}

/* what an entry to the guest would deliver */
static inline int taken(unsigned int cpu)
{
	if (hull_lapic_pending(vcpus[cpu].apic) < 0)
		return -1;
	return hull_lapic_accept(vcpus[cpu].apic);
}

static inline void rte_set(unsigned int pin, u64 rte)
{
	unsigned int half;
	u32 val;

	for (half = 2; half--; ) {
		val = HULL_IOAPIC_REG_TABLE + 2 * pin + half;
		hull_irqchip_mmio(chip, HULL_IOAPIC_BASE + HULL_IOAPIC_SELECT, 4, &val, true);
		val = rte >> 32 * half;
		hull_irqchip_mmio(chip, HULL_IOAPIC_BASE + HULL_IOAPIC_WINDOW, 4, &val, true);
	}
}

static inline u64 rte_get(unsigned int pin)
{
	return chip->ioapic.table[pin];
}

static inline void outb(u16 port, u8 val)
{
	hull_irqchip_pio(chip, port, 1, &val, true);
}

static inline int msi(u32 lo, u32 hi, u32 data)
{
	struct kvm_msi m = { .address_lo = lo, .address_hi = hi, .data = data };

	return hull_irq_msi_send(chip, &m);
}

/* --- life ---------------------------------------------------------------------------------- */

/* All APICs on, xAPIC flat, logical ID by number; or x2APIC. The PIC is masked. */
static inline void machine_start(bool split, bool x2apic)
{
	unsigned int i;

	memset(vcpus, 0, sizeof(vcpus));
	gsi_acks = 0;
	chip = hull_irqchip_create(NULL, &machine_ops, split, split ? 24 : 0, CPUS - 1,
				   SIM_TSC_KHZ);
	assert(!IS_ERR(chip));
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
	for (i = 0; i < CPUS; i++) {
		vcpus[i].apic = hull_lapic_create(chip, &vcpus[i], i);
		assert(!IS_ERR(vcpus[i].apic));
		mmio_write(i, HULL_APIC_LDR, BIT(24 + i));
		if (x2apic)
			hull_lapic_base_set(vcpus[i].apic, 0xfee00c00 | (i ? 0 : 0x100), false);
		hull_lapic_reg_set(vcpus[i].apic, HULL_APIC_SVR, 0x1ff);
	}
}

static inline void machine_end(void)
{
	unsigned int i;

	hull_irqchip_quiesce(chip);
	for (i = 0; i < CPUS; i++)
		hull_lapic_destroy(vcpus[i].apic);
	hull_irqchip_destroy(chip);
	assert(!armed);
}

#endif
