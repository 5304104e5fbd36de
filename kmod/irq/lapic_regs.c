// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of the local APIC, and the whole of them as userspace saves it.
 */

#include <linux/slab.h>
#include <irq/irq_private.h>

#define VERSION	(0x14 | (HULL_NR_LVTS - 1) << 16 | BIT(24))	/* 24: EOI broadcast can be off */
#define SVR_RESET	0xff
#define SVR_BITS	(0xff | HULL_SVR_ENABLE | BIT(9) | HULL_SVR_EOI_SUPPRESS)
#define DFR_FIXED	0x0fffffffU
#define TDCR_BITS	0xb

void hull_lapic_regs_reset(struct hull_lapic *apic)
{
	unsigned int i;

	hull_lapic_timer_stop(apic);
	apic->tpr = 0;
	WRITE_ONCE(apic->ldr, 0);
	WRITE_ONCE(apic->dfr, ~0U);
	WRITE_ONCE(apic->svr, SVR_RESET);
	for (i = 0; i < HULL_NR_LVTS; i++)
		WRITE_ONCE(apic->lvt[i], HULL_LVT_MASKED);
	apic->icr = 0;
	apic->esr = 0;
	apic->errors = 0;
	apic->tmict = 0;
	apic->tdcr = 0;
	for (i = 0; i < ARRAY_SIZE(apic->irr); i++) {
		WRITE_ONCE(apic->irr[i], 0);
		WRITE_ONCE(apic->tmr[i], 0);
		apic->isr[i] = 0;
	}
	hull_lapic_ppr_update(apic);
}

/* 32 of 256 bits: register @reg of the eight that start at @first */
static u32 set_get(const unsigned long *set, unsigned int reg, unsigned int first)
{
	return READ_ONCE(set[(reg - first) / 2]) >> ((reg - first) % 2 * 32);
}

u32 hull_lapic_reg_get(struct hull_lapic *apic, unsigned int reg)
{
	switch (reg) {
	case HULL_APIC_ID:
		return hull_lapic_x2apic(apic) ? apic->id : apic->id << 24;
	case HULL_APIC_VERSION:
		return VERSION;
	case HULL_APIC_TPR:
		return apic->tpr;
	case HULL_APIC_PPR:
		return apic->ppr;
	case HULL_APIC_LDR:
		return hull_lapic_x2apic(apic) ? hull_apic_x2apic_ldr(apic->id) : apic->ldr;
	case HULL_APIC_DFR:
		return apic->dfr;
	case HULL_APIC_SVR:
		return apic->svr;
	case HULL_APIC_ISR ... HULL_APIC_ISR + 7:
		return set_get(apic->isr, reg, HULL_APIC_ISR);
	case HULL_APIC_TMR ... HULL_APIC_TMR + 7:
		return set_get(apic->tmr, reg, HULL_APIC_TMR);
	case HULL_APIC_IRR ... HULL_APIC_IRR + 7:
		return set_get(apic->irr, reg, HULL_APIC_IRR);
	case HULL_APIC_ESR:
		return apic->esr;
	case HULL_APIC_ICR:
		return apic->icr;
	case HULL_APIC_ICR2:
		return apic->icr >> 32;
	case HULL_APIC_LVT ... HULL_APIC_LVT + HULL_NR_LVTS - 1:
		return apic->lvt[reg - HULL_APIC_LVT];
	case HULL_APIC_TMICT:
		return apic->tmict;
	case HULL_APIC_TMCCT:
		return hull_lapic_timer_count(apic);
	case HULL_APIC_TDCR:
		return apic->tdcr;
	default:
		return 0;
	}
}

static u32 lvt_bits(const struct hull_lapic *apic, enum hull_apic_lvt lvt)
{
	return hull_apic_lvt_bits(lvt, apic->features & HULL_LAPIC_F_TSC_DEADLINE);
}

static void lvt_set(struct hull_lapic *apic, enum hull_apic_lvt lvt, u32 val)
{
	val &= lvt_bits(apic, lvt);
	if (!hull_lapic_sw_enabled(apic))
		val |= HULL_LVT_MASKED;
	if (lvt == HULL_LVT_TIMER)
		hull_lapic_timer_lvt_set(apic, val);
	else
		WRITE_ONCE(apic->lvt[lvt], val);
	if (lvt == HULL_LVT_LINT0)
		hull_lapic_reevaluate(apic);
}

/* Software disable masks every local source (11.4.7.2); IRR and ISR stay. */
static void svr_set(struct hull_lapic *apic, u32 val)
{
	unsigned int i;

	WRITE_ONCE(apic->svr, val & SVR_BITS);
	if (val & HULL_SVR_ENABLE)
		return;
	for (i = 0; i < HULL_NR_LVTS; i++)
		WRITE_ONCE(apic->lvt[i], apic->lvt[i] | HULL_LVT_MASKED);
}

static void self_ipi(struct hull_lapic *apic, u8 vector)
{
	if (vector < 16)
		hull_lapic_error(apic, HULL_ESR_SEND_VECTOR);
	else
		hull_lapic_irq_set(apic, vector, false);
}

void hull_lapic_reg_set(struct hull_lapic *apic, unsigned int reg, u32 val)
{
	switch (reg) {
	case HULL_APIC_TPR:
		apic->tpr = val;
		hull_lapic_ppr_update(apic);
		break;
	case HULL_APIC_EOI:
		hull_lapic_eoi(apic);
		break;
	case HULL_APIC_LDR:
		WRITE_ONCE(apic->ldr, val & 0xff000000U);
		break;
	case HULL_APIC_DFR:
		WRITE_ONCE(apic->dfr, val | DFR_FIXED);
		break;
	case HULL_APIC_SVR:
		svr_set(apic, val);
		break;
	case HULL_APIC_ESR:	/* a write latches what happened since the last (11.5.3) */
		apic->esr = xchg(&apic->errors, 0);
		break;
	case HULL_APIC_ICR:
		val &= HULL_ICR_LOW_BITS;
		apic->icr = (apic->icr & ~(u64)~0U) | val;
		hull_lapic_icr_send(apic, val, apic->icr >> 56);
		break;
	case HULL_APIC_ICR2:
		apic->icr = (apic->icr & ~0U) | (u64)(val & 0xff000000U) << 32;
		break;
	case HULL_APIC_LVT ... HULL_APIC_LVT + HULL_NR_LVTS - 1:
		lvt_set(apic, reg - HULL_APIC_LVT, val);
		break;
	case HULL_APIC_TMICT:
		if (HULL_LVTT_MODE(apic->lvt[HULL_LVT_TIMER]) == HULL_LVTT_DEADLINE)
			break;
		apic->tmict = val;
		hull_lapic_timer_start(apic, 0);
		break;
	case HULL_APIC_TDCR:
		hull_lapic_timer_divide_set(apic, val & TDCR_BITS);
		break;
	case HULL_APIC_SELF_IPI:
		self_ipi(apic, val);
		break;
	}
}

/* --- KVM_GET_LAPIC, KVM_SET_LAPIC ------------------------------------------- */

static u32 state_reg(const struct kvm_lapic_state *state, unsigned int reg)
{
	u32 val;

	memcpy(&val, state->regs + reg * 16, sizeof(val));
	return val;
}

/* An x2APIC ID has all 32 bits where userspace asked for that, else it looks like an xAPIC's. */
static u32 state_id(const struct hull_lapic *apic)
{
	if (hull_lapic_x2apic(apic) &&
	    (READ_ONCE(apic->chip->x2apic_api) & KVM_X2APIC_API_USE_32BIT_IDS))
		return apic->id;
	return apic->id << 24;
}

int hull_lapic_state_get(struct hull_lapic *apic, struct kvm_lapic_state *state)
{
	unsigned int reg;
	u32 val;

	memset(state, 0, sizeof(*state));
	for (reg = 0; reg < HULL_APIC_SELF_IPI; reg++) {
		val = reg == HULL_APIC_ID ? state_id(apic) : hull_lapic_reg_get(apic, reg);
		memcpy(state->regs + reg * 16, &val, sizeof(val));
	}
	return 0;
}

static void sets_load(struct hull_lapic *apic, const struct kvm_lapic_state *state)
{
	unsigned long *sets[3] = { apic->isr, apic->tmr, apic->irr };
	unsigned int i, j, reg;
	u64 word;

	for (i = 0; i < 3; i++) {
		for (j = 0; j < 4; j++) {
			reg = HULL_APIC_ISR + i * 8 + j * 2;
			word = state_reg(state, reg) | (u64)state_reg(state, reg + 1) << 32;
			if (!j)
				word &= ~0xffffULL;	/* vectors that do not exist */
			WRITE_ONCE(sets[i][j], word);
		}
	}
}

int hull_lapic_state_set(struct hull_lapic *apic, const struct kvm_lapic_state *state)
{
	bool x2apic = hull_lapic_x2apic(apic);
	unsigned int i, mode;
	u32 left;

	if (state_reg(state, HULL_APIC_ID) != state_id(apic))
		return -EINVAL;
	hull_lapic_timer_stop(apic);
	apic->tpr = state_reg(state, HULL_APIC_TPR);
	WRITE_ONCE(apic->ldr, state_reg(state, HULL_APIC_LDR) & 0xff000000U);
	WRITE_ONCE(apic->dfr, state_reg(state, HULL_APIC_DFR) | DFR_FIXED);
	WRITE_ONCE(apic->svr, state_reg(state, HULL_APIC_SVR) & SVR_BITS);
	apic->esr = state_reg(state, HULL_APIC_ESR) & 0xff;
	apic->errors = 0;
	apic->icr = state_reg(state, HULL_APIC_ICR) & HULL_ICR_LOW_BITS;
	apic->icr |= (u64)(state_reg(state, HULL_APIC_ICR2) & (x2apic ? ~0U : 0xff000000U)) << 32;
	for (i = 0; i < HULL_NR_LVTS; i++)
		WRITE_ONCE(apic->lvt[i], state_reg(state, HULL_APIC_LVT + i) & lvt_bits(apic, i));
	sets_load(apic, state);
	apic->tdcr = state_reg(state, HULL_APIC_TDCR) & TDCR_BITS;
	apic->tmict = state_reg(state, HULL_APIC_TMICT);
	hull_lapic_ppr_update(apic);

	/* A one-shot that had come to its end stays there. */
	left = min(state_reg(state, HULL_APIC_TMCCT), apic->tmict);
	mode = HULL_LVTT_MODE(apic->lvt[HULL_LVT_TIMER]);
	if (left || mode == HULL_LVTT_PERIODIC)
		hull_lapic_timer_start(apic, left);
	return 0;
}
