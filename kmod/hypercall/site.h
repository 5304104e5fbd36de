/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call sites: what one vCPU knows of one number. Made by the first call of the number;
 * from then on a call needs no other look-up: who answers, what the policy says of each
 * privilege level, where it is counted.
 *
 * Decisions belong to the vCPU's thread. When a policy or a handler changes, the vCPU is
 * told by HULL_REQ_CALLS and drops them before it enters the guest again. Counters stay,
 * and go to the VM's record when the VM ends.
 */
#ifndef HULL_HYPERCALL_SITE_H
#define HULL_HYPERCALL_SITE_H

#include <linux/log2.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <asm/msr.h>
#include <hypercall/calls.h>
#include <hypercall/stats.h>
#include <policy/policy.h>

/**
 * struct hull_call_row - who answers a number
 * @fast: with interrupts off, right after the exit; NULL: it may sleep
 * @brief: interrupts off, behind the world switch, where user memory may be touched but
 *	not faulted in; where @fast is NULL. May answer HULL_CALL_SLOW
 * @call: from process context, loaded vCPU or ring
 * @args: how many of rbx, rcx, rdx, rsi it looks at
 * @cpl_max: highest privilege level that may call
 * @ring: makes sense where no vCPU is
 * @leaves: may answer HULL_CALL_USER or HULL_CALL_SIGNAL
 * @handler: in another module: part of a struct hull_registration, counted; with @data
 *	what @fast calls
 */
struct hull_call_row {
	const char *name;
	long (*fast)(struct hull_call *call);
	long (*brief)(struct hull_call *call);
	long (*call)(struct hull_call *call);
	u8 args;
	u8 cpl_max;
	bool ring;
	bool leaves;
	long (*handler)(struct hull_hypercall *call, void *data);
	void *data;
};

/* What a handler that is called right after the exit looks at. */
enum hull_way_kind {
	HULL_WAY_PLAIN,			/* the number */
	HULL_WAY_FULL,			/* the whole call */
	HULL_WAY_MODULE,		/* likewise; row->handler itself may be called */
};

/**
 * struct hull_call_way - what becomes of a call from one privilege level
 * @fn: answers it at once, interrupts off; NULL: see @until
 * @until: before this time of the host's TSC the call is refused with @error; later, and
 *	without @fn, it goes the slow way
 * @hits: the policy's counter of the rule that applies
 */
struct hull_call_way {
	long (*fn)(struct hull_call *call);
	u64 until;
	u64 __percpu *hits;
	s16 error;
	u8 rule;
	u8 action;			/* enum hull_policy_action */
	u8 kind;			/* enum hull_way_kind */
};

/* Calls are not counted by themselves: each is in one bucket. */
struct hull_call_counters {
	u64 denied;
	u64 errors;
	u64 bytes;
	u64 latency[HULL_LATENCY_BUCKETS];
};

struct hull_call_site {
	struct hull_call_way ways[4];		/* by privilege level */
	struct hull_call_counters counters;	/* written by one, read by anybody */
	const struct hull_call_row *row;	/* a reference while decided; else NULL */
};

/**
 * struct hull_vcpu_calls - the table of a vCPU, or of all rings of a VM
 * @call: the call at hand; vm and vcpu are preset
 * @policy: what decisions were made by, a reference; NULL: there are none
 * @start: host's TSC at the exit of a call that is answered the slow way
 * @open: its site; counted at the next entry
 * @sites: never NULL; hull_call_site_none until the first call. Others read them.
 */
struct hull_vcpu_calls {
	struct hull_call call;
	struct hull_policy *policy;
	u64 start;
	struct hull_call_site *open;
	struct hull_call_site *sites[HULL_HYPERCALL_NUMBERS];
};

extern struct hull_call_site hull_call_site_none;

static __always_inline void hull_call_latency(struct hull_call_site *site, u64 cycles)
{
	/* Never 0 cycles; beyond 2^32 all are alike. */
	u32 bucket = likely(!(cycles >> 32)) ? ilog2((u32)cycles | 1) : HULL_LATENCY_BUCKETS - 1;

	site->counters.latency[bucket]++;
}

/** hull_call_fill - what a handler may look at; @call's number and CPL are there already */
static __always_inline void hull_call_fill(struct hull_vcpu *vcpu, struct hull_call *call)
{
	unsigned long *regs = vcpu->vmx.regs;
	u64 mask = hull_vmx_is_long_mode(&vcpu->vmx) ? ~0ULL : U32_MAX;

	call->arg[0] = regs[HULL_REG_RBX] & mask;
	call->arg[1] = regs[HULL_REG_RCX] & mask;
	call->arg[2] = regs[HULL_REG_RDX] & mask;
	call->arg[3] = regs[HULL_REG_RSI] & mask;
	call->bytes = 0;
}

/** hull_call_own - a vCPU's own call, not one of a ring or a multicall: it can leave */
static inline bool hull_call_own(const struct hull_call *call)
{
	return call->vcpu && call == &call->vcpu->calls->call;
}

/* dispatch.c: rows */

/** hull_call_row_get - never NULL; one that says -ENOSYS where nobody answers. May sleep */
const struct hull_call_row *hull_call_row_get(u32 number);
void hull_call_row_put(const struct hull_call_row *row);

/* site.c */

int hull_call_table_create(struct hull_vm *vm, struct hull_vcpu *vcpu,
			   struct hull_vcpu_calls **table);
void hull_call_table_free(struct hull_vcpu_calls *table);
struct hull_call_site *hull_call_site_find(struct hull_vcpu_calls *table, u32 number);
/** hull_call_table_drop - forget all decisions */
void hull_call_table_drop(struct hull_vcpu_calls *table);
/** hull_call_way_open - a limit may let calls through again: have @way's fast handler ask it */
void hull_call_way_open(struct hull_call_site *site, struct hull_call_way *way);
/**
 * hull_call_perform - what @way says, from process context
 * @call: out: @denied
 * @policy: what @way came of
 */
long hull_call_perform(struct hull_call *call, const struct hull_call_row *row,
		       struct hull_call_way *way, struct hull_policy *policy);

/** hull_call_site_get - made where it is missing, decided where it is not; NULL: no memory */
static inline struct hull_call_site *hull_call_site_get(struct hull_vcpu_calls *table, u32 number)
{
	struct hull_call_site *site = table->sites[number];

	/* hull_call_site_none has no row either. */
	return likely(site->row) ? site : hull_call_site_find(table, number);
}

/* calls that no vCPU makes: a row of vm_parts, and the list of all VMs */
struct hull_vm_sites {
	struct list_head node;			/* registry.c */
	struct hull_vm *vm;
	struct hull_vcpu_calls *table;		/* decisions are not kept here */
	struct mutex lock;			/* new sites */
	spinlock_t counters_lock;
};

int hull_sites_create(struct hull_vm_calls *calls);
void hull_sites_destroy(struct hull_vm_calls *calls);

/* registry.c */
void hull_registry_vm_add(struct hull_vm_sites *sites);
void hull_registry_vm_remove(struct hull_vm_sites *sites);
/** hull_registry_row_get - NULL: no module answers @number */
const struct hull_call_row *hull_registry_row_get(u32 number);
void hull_registry_row_put(const struct hull_call_row *row);
int hull_registry_init(void);
void hull_registry_exit(void);

/* dispatch.c */
/** hull_call_trace_enter - the tracepoint, where it is on: those of @call's arguments that count */
void hull_call_trace_enter(const struct hull_call *call, const struct hull_call_row *row);
/** hull_call_entering - the vCPU goes on after a call that was answered the slow way */
void hull_call_entering(struct hull_vcpu *vcpu);

/* stats.c */
/** hull_call_counters_keep - the VM ends: what it counted goes to its record */
void hull_call_counters_keep(struct hull_vm *vm);
void hull_call_counters_free(struct hull_record *record);

#endif
