/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine whose guest does one thing at a time as the test says, and records of
 * Hull's for machines that shall be in a domain.
 */
#ifndef HULL_SELFTESTS_PUPPET_H
#define HULL_SELFTESTS_PUPPET_H

#include <linux/hull_hypercall.h>

#include "machine.h"

#define PUPPET_VECTOR		0x40
#define PUPPET_GSI		10
#define PUPPET_EVENT_PAGE	0xe000UL
#define PUPPET_ARGUMENT		0xf000UL	/* names, structures */
#define PUPPET_SECONDS		20		/* before an entry point counts as hung */

extern const char puppet_start[], puppet_end[], puppet_init[], puppet_call[], puppet_flood[],
		  puppet_wait[], puppet_look[], puppet_poll[], puppet_peek[], puppet_poke[],
		  puppet_fill_on[], puppet_ping[], puppet_pong[], puppet_turns[],
		  puppet_interrupt[];

/* Makes a record in a domain (NULL: none) and says its id; 0: there is no such thing. */
uint32_t puppet_record(const char *name, const char *domain);
void puppet_record_delete(const char *name);

/* A machine of a record, or of no record: id 0. Says false where VMX is not there. */
bool puppet_open(struct machine *m, const char *path, uint32_t id);
/* A second vCPU of it, with a stack of its own; close its files by machine_vcpu_close(). */
void puppet_second(struct machine *second, struct machine *m);

/* Sets the registers for an entry point. */
void puppet_set(struct machine *m, const char *entry, struct kvm_regs *regs);
/* Runs it to its end; rax, or -EINTR after PUPPET_SECONDS, or -EIO for another exit. */
long puppet_run(struct machine *m, const char *entry, struct kvm_regs *regs);
long puppet_hypercall(struct machine *m, uint32_t number, uint64_t a, uint64_t b, uint64_t c);
/* A hypercall with a name, a hypercall with a structure: put where the guest can point at. */
long puppet_named(struct machine *m, uint32_t number, const char *name);
long puppet_share(struct machine *m, uint32_t number, const char *name, uint64_t gpa,
		  uint64_t bytes, uint32_t rights);
uint64_t puppet_peek_at(struct machine *m, uint64_t gpa);
long puppet_poke_at(struct machine *m, uint64_t gpa, uint64_t value);

/* Pages that the kernel holds pinned, and KiB that count as locked for this process. */
long puppet_pinned(void);
long puppet_locked(void);

/* What the guest counted and saw of events. */
static inline volatile uint64_t *puppet_interrupts(struct machine *m)
{
	return (volatile uint64_t *)(m->memory + MACHINE_RESULT + 0x200);
}

bool puppet_seen(struct machine *m, unsigned int port);	/* and forgets it */
static inline struct hull_event_page *puppet_page(struct machine *m)
{
	return (struct hull_event_page *)(m->memory + PUPPET_EVENT_PAGE);
}

#endif
