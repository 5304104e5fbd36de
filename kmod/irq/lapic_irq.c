// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of an interrupt through a local APIC: IRR, ISR, priorities, EOI.
 * SDM Vol. 3, 11.8.
 *
 * Anybody sets a bit of IRR, says so in head.look, and kicks. The vCPU's thread
 * alone clears IRR bits and owns ISR, so none of this takes a lock.
 */

#include <irq/irq_private.h>

int hull_lapic_irq_set(struct hull_lapic *apic, u8 vector, bool level)
{
	if (!hull_lapic_sw_enabled(apic))
		return -1;
	if (vector < 16) {
		hull_lapic_error(apic, HULL_ESR_RECV_VECTOR);
		return -1;
	}
	if (level != test_bit(vector, apic->tmr)) {
		if (level)
			set_bit(vector, apic->tmr);
		else
			clear_bit(vector, apic->tmr);
	}
	if (test_and_set_bit(vector, apic->irr))
		return 0;
	hull_lapic_reevaluate(apic);
	apic->ops->kick(apic->vcpu);
	return 1;
}

void hull_lapic_lvt_raise(struct hull_lapic *apic, enum hull_apic_lvt which)
{
	u32 lvt = READ_ONCE(apic->lvt[which]);

	if (lvt & HULL_LVT_MASKED)
		return;
	switch (lvt >> 8 & 7) {
	case HULL_IRQ_FIXED:
		hull_lapic_irq_set(apic, lvt, false);
		break;
	case HULL_IRQ_NMI:
		apic->ops->nmi(apic->vcpu);
		break;
	case HULL_IRQ_EXTINT:
		hull_lapic_reevaluate(apic);
		apic->ops->kick(apic->vcpu);
		break;
	}
}

/* Raises the error interrupt once per bit and latch, so that its own bad vector ends here. */
void hull_lapic_error(struct hull_lapic *apic, unsigned int bit)
{
	if (!test_and_set_bit(bit, &apic->errors))
		hull_lapic_lvt_raise(apic, HULL_LVT_ERROR);
}

void hull_lapic_ppr_update(struct hull_lapic *apic)
{
	WRITE_ONCE(apic->ppr, hull_apic_ppr(apic->tpr, hull_apic_highest(apic->isr)));
	hull_lapic_reevaluate(apic);
}

/* --- delivery ---------------------------------------------------------------- */

bool hull_lapic_takes_extint(const struct hull_lapic *apic)
{
	u32 lint0 = READ_ONCE(apic->lvt[HULL_LVT_LINT0]);

	if (!hull_lapic_hw_enabled(apic))	/* LINT0 is the INTR pin then (11.4.3) */
		return READ_ONCE(apic->base) & HULL_APIC_BASE_BSP;
	return !(lint0 & HULL_LVT_MASKED) && (lint0 >> 8 & 7) == HULL_IRQ_EXTINT;
}

static bool extint_pending(const struct hull_lapic *apic)
{
	return READ_ONCE(apic->chip->pic.pair.output) && hull_lapic_takes_extint(apic);
}

static int irr_pending(const struct hull_lapic *apic)
{
	int vector;

	if (!hull_lapic_hw_enabled(apic))
		return -1;
	vector = hull_apic_highest(apic->irr);
	return hull_apic_above(vector, apic->ppr) ? vector : -1;
}

int hull_lapic_pending_look(struct hull_lapic *apic)
{
	int vector;

	WRITE_ONCE(apic->head.look, 0);
	smp_mb();	/* hull_lapic_irq_set() sets IRR first, then look */
	vector = extint_pending(apic) ? 0 : irr_pending(apic);
	if (vector >= 0)
		hull_lapic_reevaluate(apic);
	return vector;
}

int hull_lapic_accept(struct hull_lapic *apic)
{
	int vector;

	if (extint_pending(apic)) {
		hull_lapic_reevaluate(apic);
		vector = hull_pic_intack(apic->chip);
		if (vector >= 0)
			return vector;
	}
	vector = irr_pending(apic);
	if (vector < 0)
		return -1;
	__set_bit(vector, apic->isr);
	clear_bit(vector, apic->irr);
	hull_lapic_ppr_update(apic);
	return vector;
}

/* --- the end of an interrupt --------------------------------------------------- */

static void eoi_broadcast(struct hull_lapic *apic, u8 vector)
{
	if (!apic->chip->split)
		hull_ioapic_eoi(apic->chip, vector);
	else if (hull_irq_split_eoi(apic->chip, vector))
		apic->ops->eoi(apic->vcpu, vector);
}

void hull_lapic_eoi(struct hull_lapic *apic)
{
	int vector = hull_apic_highest(apic->isr);

	if (vector < 0)
		return;
	__clear_bit(vector, apic->isr);
	hull_lapic_ppr_update(apic);
	if (test_bit(vector, apic->tmr) && !(apic->svr & HULL_SVR_EOI_SUPPRESS))
		eoi_broadcast(apic, vector);
}
