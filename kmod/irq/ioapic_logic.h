/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Redirection entries of the I/O APIC. Pure, see pure.h. 82093AA data sheet, 3.2.4;
 * the EOI register and version are those of later chip sets.
 */
#ifndef HULL_IRQ_IOAPIC_LOGIC_H
#define HULL_IRQ_IOAPIC_LOGIC_H

#include <irq/apic_logic.h>

#define HULL_IOAPIC_PINS	24
#define HULL_IOAPIC_BASE	0xfec00000ULL
#define HULL_IOAPIC_SIZE	0x100
#define HULL_IOAPIC_VERSION	(0x20 | (HULL_IOAPIC_PINS - 1) << 16)

/* offsets in the page */
#define HULL_IOAPIC_SELECT	0x00
#define HULL_IOAPIC_WINDOW	0x10
#define HULL_IOAPIC_EOI		0x40

/* indirect registers */
#define HULL_IOAPIC_REG_ID	0x00
#define HULL_IOAPIC_REG_VERSION	0x01
#define HULL_IOAPIC_REG_ARB	0x02
#define HULL_IOAPIC_REG_TABLE	0x10

#define HULL_RTE_LOGICAL	BIT_ULL(11)
#define HULL_RTE_STATUS		BIT_ULL(12)
#define HULL_RTE_REMOTE_IRR	BIT_ULL(14)
#define HULL_RTE_LEVEL		BIT_ULL(15)
#define HULL_RTE_MASKED		BIT_ULL(16)
#define HULL_RTE_READONLY	(HULL_RTE_STATUS | HULL_RTE_REMOTE_IRR)
#define HULL_RTE_BITS		(GENMASK_ULL(63, 56) | GENMASK_ULL(16, 0))

/* A guest's write to one half; remote IRR stays, but belongs to level pins only. */
static inline u64 hull_rte_write(u64 old, u32 val, bool upper)
{
	u64 new;

	if (upper)
		new = (old & ~0U) | (u64)val << 32;
	else
		new = (old & ~(u64)~0U) | val;
	new = (new & HULL_RTE_BITS & ~HULL_RTE_READONLY) | (old & HULL_RTE_READONLY);
	if (!(new & HULL_RTE_LEVEL))
		new &= ~HULL_RTE_REMOTE_IRR;
	return new;
}

/* NMI, INIT and the like are edges whatever the entry says (3.2.4, delivery mode). */
static inline bool hull_rte_is_level(u64 rte)
{
	return (rte & HULL_RTE_LEVEL) && (rte >> 8 & 7) <= HULL_IRQ_LOWEST;
}

static inline void hull_rte_decode(u64 rte, struct hull_irq_msg *m)
{
	m->dest = rte >> 56;
	m->vector = rte & 0xff;
	m->mode = (rte >> 8) & 7;
	m->shorthand = HULL_IRQ_TO_DEST;
	m->logical = rte & HULL_RTE_LOGICAL;
	m->lowest = m->mode == HULL_IRQ_LOWEST;
	m->level = hull_rte_is_level(rte);
	m->wide = false;
}

/* May a level pin whose line is high send its message now? */
static inline bool hull_rte_level_ready(u64 rte)
{
	return hull_rte_is_level(rte) && !(rte & (HULL_RTE_MASKED | HULL_RTE_REMOTE_IRR));
}

#endif
