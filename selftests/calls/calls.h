/* SPDX-License-Identifier: GPL-2.0-only */
/* Guests that call, and what they find: from MACHINE_RESULT on. */
#ifndef HULL_SELFTESTS_CALLS_H
#define HULL_SELFTESTS_CALLS_H

#define CALLS_COUNT		0	/* calls that went right */
#define CALLS_UNKNOWN		8	/* -ENOSYS */
#define CALLS_WRONG		16
#define CALLS_RESULT		24	/* rax of one of them */
#define CALLS_TRAPS		32	/* #DB */
#define CALLS_TRAP_RIP		40
#define CALLS_INTERRUPTS	48
#define CALLS_INTERRUPT_RIP	56
#define CALLS_DEADLINE		64	/* the guest's TSC; 0: none */
#define CALLS_LATE		72	/* the latest after its deadline */
#define CALLS_PERIOD		80	/* in: from one deadline to the next */
#define CALLS_WANTED		88	/* in */
#define CALLS_SCRATCH		96

#define CALLS_VECTOR		0x40

/* Numbers as an assembler reads them; load.c holds them against the header's. */
#define CALLS_NR_VERSION	0x48750001
#define CALLS_NR_FEATURES	0x48750003
#define CALLS_NR_UNKNOWN	0x487500ff

#ifndef __ASSEMBLER__

#include <linux/hull_hypercall.h>

#include "machine.h"

extern const char calls_start[], calls_end[], calls_debug[], calls_interrupt[], calls_numbers[],
		  calls_registers[], calls_step[], calls_step_after[], calls_shadow[],
		  calls_shadow_after[], calls_deadlines[], calls_storm[], calls_module[],
		  calls_once[], calls_short[], wrap_start[], wrap_end[];

/* Loads the guest, with its tables, and sets it to an entry point. */
void calls_load(struct machine *m, enum machine_mode mode, const char *entry, uint64_t number);

static inline volatile uint64_t *calls_word(struct machine *m, unsigned int at)
{
	return (volatile uint64_t *)(m->memory + MACHINE_RESULT + at);
}

static inline uint64_t calls_address(const char *label)
{
	return MACHINE_CODE + (label - calls_start);
}

#endif
#endif
