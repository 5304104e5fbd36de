/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic of the local APIC: registers, priorities, destinations, commands.
 * Pure, see pure.h. SDM Vol. 3, chapter 11.
 */
#ifndef HULL_IRQ_APIC_LOGIC_H
#define HULL_IRQ_APIC_LOGIC_H

#include <irq/pure.h>

/* Registers by number: offset / 16 in the xAPIC page, MSR - 0x800 (table 11-1, 11-6). */
enum hull_apic_reg {
	HULL_APIC_ID		= 0x02,
	HULL_APIC_VERSION	= 0x03,
	HULL_APIC_TPR		= 0x08,
	HULL_APIC_APR		= 0x09,
	HULL_APIC_PPR		= 0x0a,
	HULL_APIC_EOI		= 0x0b,
	HULL_APIC_RRD		= 0x0c,
	HULL_APIC_LDR		= 0x0d,
	HULL_APIC_DFR		= 0x0e,
	HULL_APIC_SVR		= 0x0f,
	HULL_APIC_ISR		= 0x10,
	HULL_APIC_TMR		= 0x18,
	HULL_APIC_IRR		= 0x20,
	HULL_APIC_ESR		= 0x28,
	HULL_APIC_ICR		= 0x30,
	HULL_APIC_ICR2		= 0x31,
	HULL_APIC_LVT		= 0x32,	/* timer, thermal, performance, LINT0, LINT1, error */
	HULL_APIC_TMICT		= 0x38,
	HULL_APIC_TMCCT		= 0x39,
	HULL_APIC_TDCR		= 0x3e,
	HULL_APIC_SELF_IPI	= 0x3f,
	HULL_APIC_NR_REGS	= 0x40,
};

enum hull_apic_lvt {
	HULL_LVT_TIMER, HULL_LVT_THERMAL, HULL_LVT_PERF, HULL_LVT_LINT0, HULL_LVT_LINT1,
	HULL_LVT_ERROR,
	HULL_NR_LVTS,
};

/* IA32_APIC_BASE (11.4.4, 11.12.1) */
#define HULL_APIC_BASE_BSP	BIT_ULL(8)
#define HULL_APIC_BASE_X2APIC	BIT_ULL(10)
#define HULL_APIC_BASE_ENABLE	BIT_ULL(11)
#define HULL_APIC_BASE_MODE	(HULL_APIC_BASE_ENABLE | HULL_APIC_BASE_X2APIC)

#define HULL_SVR_ENABLE		BIT(8)
#define HULL_SVR_EOI_SUPPRESS	BIT(12)
#define HULL_LVT_MASKED		BIT(16)
#define HULL_LVT_LEVEL		BIT(15)
#define HULL_ESR_SEND_VECTOR	5	/* bit numbers (11.5.3) */
#define HULL_ESR_RECV_VECTOR	6
#define HULL_ESR_REGISTER	7

#define HULL_LVTT_MODE(lvt)	(((lvt) >> 17) & 3)
#define HULL_LVTT_ONESHOT	0
#define HULL_LVTT_PERIODIC	1
#define HULL_LVTT_DEADLINE	2

/* Delivery modes, the same code in ICR, LVT, redirection entries and MSI data. */
enum hull_irq_mode {
	HULL_IRQ_FIXED, HULL_IRQ_LOWEST, HULL_IRQ_SMI, HULL_IRQ_MODE_3,
	HULL_IRQ_NMI, HULL_IRQ_INIT, HULL_IRQ_SIPI, HULL_IRQ_EXTINT,
};

enum hull_irq_shorthand {
	HULL_IRQ_TO_DEST, HULL_IRQ_TO_SELF, HULL_IRQ_TO_ALL, HULL_IRQ_TO_OTHERS,
};

/**
 * struct hull_irq_msg - an interrupt message on its way to local APICs
 * @dest: destination, as wide as the sender can say
 * @vector: vector
 * @mode: enum hull_irq_mode
 * @shorthand: enum hull_irq_shorthand, of the sender
 * @logical: @dest is in the logical mode
 * @lowest: one APIC among those addressed, the one with the least priority
 * @level: goes to TMR: its EOI is told to I/O APICs
 * @wide: @dest has 32 bits, so that 0xff is no broadcast
 */
struct hull_irq_msg {
	u32 dest;
	u8 vector;
	u8 mode;
	u8 shorthand;
	bool logical;
	bool lowest;
	bool level;
	bool wide;
};

/**
 * struct hull_apic_target - what decides whether a message is for an APIC
 * @id: full APIC ID
 * @ldr: logical destination register as an xAPIC has it, bits 31:24
 * @dfr: destination format register
 * @x2apic: in x2APIC mode, where the logical ID follows from the ID
 */
struct hull_apic_target {
	u32 id;
	u32 ldr;
	u32 dfr;
	bool x2apic;
};

/* Logical x2APIC ID: cluster in the upper half, one of 16 bits in the lower (11.12.10.2). */
static inline u32 hull_apic_x2apic_ldr(u32 id)
{
	return (id >> 4) << 16 | BIT(id & 0xf);
}

static inline bool hull_apic_match_logical(const struct hull_apic_target *t, u32 dest)
{
	u32 ldr;

	if (t->x2apic) {
		ldr = hull_apic_x2apic_ldr(t->id);
		return ldr >> 16 == dest >> 16 && (ldr & dest & 0xffff);
	}
	if (dest > 0xff)
		return false;
	ldr = t->ldr >> 24;
	switch (t->dfr >> 28) {
	case 0xf:	/* flat model */
		return ldr & dest;
	case 0x0:	/* clusters of four (11.6.2.2) */
		return ldr >> 4 == dest >> 4 && (ldr & dest & 0xf);
	default:
		return false;
	}
}

/*
 * Is a message for this APIC? An 8-bit sender's 0xff means everybody, whatever
 * the mode of the receiver; so does a 32-bit sender's ~0.
 */
static inline bool hull_apic_match(const struct hull_apic_target *t, const struct hull_irq_msg *m)
{
	if (m->dest == 0xff && (!m->wide || !t->x2apic))
		return true;
	if (m->dest == ~0U && m->wide)
		return true;
	return m->logical ? hull_apic_match_logical(t, m->dest) : t->id == m->dest;
}

/* Highest vector in a set of 256, or -1. The set may change meanwhile: each word is read once. */
static inline int hull_apic_highest(const unsigned long *set)
{
	unsigned long word;
	int i;

	for (i = 256 / 64 - 1; i >= 0; i--) {
		word = READ_ONCE(set[i]);
		if (word)
			return i * 64 + 63 - __builtin_clzl(word);
	}
	return -1;
}

/* Processor priority from task priority and the highest vector in service (11.8.3.1). */
static inline u8 hull_apic_ppr(u8 tpr, int isrv)
{
	u8 served = isrv < 0 ? 0 : isrv & 0xf0;

	return (tpr & 0xf0) >= served ? tpr : served;
}

static inline bool hull_apic_above(int vector, u8 ppr)
{
	return vector >= 0 && (vector & 0xf0) > (ppr & 0xf0);
}

/* Timer ticks are shifted by this much: divide by 1 to 128 (figure 11-10). */
static inline unsigned int hull_apic_divide_shift(u32 tdcr)
{
	return ((tdcr & 3) + ((tdcr >> 1) & 4) + 1) & 7;
}

/* Writable bits of each LVT (figure 11-8): vector and mask, and what is its own. */
static inline u32 hull_apic_lvt_bits(enum hull_apic_lvt lvt, bool deadline)
{
	static const u32 bits[HULL_NR_LVTS] = {
		[HULL_LVT_TIMER]   = 0x300ff,
		[HULL_LVT_THERMAL] = 0x107ff,
		[HULL_LVT_PERF]    = 0x107ff,
		[HULL_LVT_LINT0]   = 0x1a7ff,
		[HULL_LVT_LINT1]   = 0x1a7ff,
		[HULL_LVT_ERROR]   = 0x100ff,
	};

	return bits[lvt] | (lvt == HULL_LVT_TIMER && deadline ? BIT(18) : 0);
}

/* ICR bits that may be set; the low ones in both modes (figures 11-12, 11-28). */
#define HULL_ICR_LOW_BITS	0x000ccfffU
#define HULL_ICR_BUSY		BIT(12)
#define HULL_ICR_ASSERT		BIT(14)
#define HULL_ICR_LEVEL		BIT(15)

/**
 * hull_apic_icr_decode - what a command register asks for
 *
 * Return: false where nothing is to be sent: an INIT level de-assert, which no
 * processor since the Pentium 4 acts upon, and combinations that table 11-3 and
 * 11-4 call invalid and that would reset the sender.
 */
static inline bool hull_apic_icr_decode(u32 low, u32 dest, bool x2apic, struct hull_irq_msg *m)
{
	m->dest = dest;
	m->vector = low & 0xff;
	m->mode = (low >> 8) & 7;
	m->shorthand = (low >> 18) & 3;
	m->logical = low & BIT(11);
	m->lowest = m->mode == HULL_IRQ_LOWEST;
	m->level = false;	/* the trigger bit has a meaning for INIT only */
	m->wide = x2apic;
	if (m->mode == HULL_IRQ_INIT || m->mode == HULL_IRQ_SIPI) {
		if (m->mode == HULL_IRQ_INIT && (low & HULL_ICR_LEVEL) && !(low & HULL_ICR_ASSERT))
			return false;
		return m->shorthand == HULL_IRQ_TO_DEST || m->shorthand == HULL_IRQ_TO_OTHERS;
	}
	return m->mode == HULL_IRQ_FIXED || m->mode == HULL_IRQ_LOWEST || m->mode == HULL_IRQ_NMI;
}

/**
 * hull_apic_base_check - may IA32_APIC_BASE change from @old to @new?
 *
 * Figure 11-27: x2APIC mode is entered from xAPIC mode only and left by disabling only.
 */
static inline bool hull_apic_base_check(u64 old, u64 new, unsigned int maxphyaddr, bool x2apic,
					bool by_host)
{
	u64 known = HULL_APIC_BASE_BSP | HULL_APIC_BASE_ENABLE | GENMASK_ULL(maxphyaddr - 1, 12);
	u64 from = old & HULL_APIC_BASE_MODE, to = new & HULL_APIC_BASE_MODE;

	if (x2apic)
		known |= HULL_APIC_BASE_X2APIC;
	if ((new & ~known) || to == HULL_APIC_BASE_X2APIC)
		return false;
	if (by_host || from == to)
		return true;
	if (to == HULL_APIC_BASE_MODE)
		return from == HULL_APIC_BASE_ENABLE;
	return to == 0 || from == 0;
}

/**
 * hull_apic_msi_decode - an MSI's address and data (11.11)
 * @wide: bits 31:8 of the destination are in the upper half of the address
 */
static inline void hull_apic_msi_decode(u64 address, u32 data, bool wide, struct hull_irq_msg *m)
{
	m->dest = (address >> 12) & 0xff;
	if (wide)
		m->dest |= (address >> 32) & 0xffffff00;
	m->vector = data & 0xff;
	m->mode = (data >> 8) & 7;
	m->shorthand = HULL_IRQ_TO_DEST;
	m->logical = address & BIT(2);
	m->lowest = m->mode == HULL_IRQ_LOWEST || (m->logical && (address & BIT(3)));
	m->level = data & BIT(15);
	m->wide = false;
}

#endif
