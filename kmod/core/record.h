/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record of a VM: what netlink shows and sets. It outlives the VMM; while one
 * is attached, @vm points at what runs (core/vm.h). Each record holds the module.
 */
#ifndef HULL_CORE_RECORD_H
#define HULL_CORE_RECORD_H

#include <linux/bits.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/spinlock.h>
#include <core/audit.h>
#include <core/guest_group.h>
#include <core/log.h>
#include <core/subject.h>
#include <core/stats.h>

struct hull_vm;
struct hull_vcpu_calls;

/*
 * What a VM is created with. Checked by hull_record_create(). For an anonymous VM
 * the name is a wish (a process's comm): it is made well-formed and unique.
 */
struct hull_vm_config {
	char name[HULL_NAME_MAX + 1];
	enum hull_engine engine;
	char domain[HULL_NAME_MAX + 1];	/* VMs of one may meet; empty: with nobody */
	u64 memory;			/* bytes that slots may add up to; 0: no bound */
	u32 cpus;			/* vCPUs that may be created */
	u32 cpu_weight;
	u32 mitigations;		/* HULL_MITIGATION_* */
	u32 flags;			/* HULL_VM_F_* */
};

struct hull_record {
	struct hull_subject subject;
	struct mutex lock;			/* everything below that says nothing else */
	struct hull_vm_config config;		/* name, engine, domain, memory, cpus: [I] */
	enum hull_vm_state state;
	spinlock_t reason_lock;			/* innermost: a vCPU may say why it gave up */
	enum hull_stop_reason reason;		/* reason_lock */
	char reason_text[HULL_REASON_MAX + 1];	/* reason_lock */
	struct hull_vm *vm;			/* borrowed: the VM detaches before it goes */
	bool attached;
	bool deleted;				/* no VMM may attach any more */
	bool anonymous;				/* [I] made by KVM_CREATE_VM: goes with its file */
	struct pid *pid;			/* the VMM */
	u64 created, started;			/* CLOCK_REALTIME, ns */
	struct hull_audit_limit audit;		/* own lock */
	struct hull_log log;			/* own lock; made and freed with the record */
	struct hull_guest_groups groups;	/* own lock; what the guest told in this run */
	struct hull_stats_sum past;		/* counters of earlier runs */
	struct hull_vcpu_calls *calls;		/* likewise, of calls: hypercall/stats.c; or NULL */
};

/**
 * hull_record_create - create and publish a VM record
 * @config: checked here
 * @policy: of the guest's calls, with a reference that the record takes over, on
 *	failure too; NULL: hull_policy_default()
 * @why: on failure a static sentence for people, or NULL
 *
 * Return: the record with a reference for the caller, or ERR_PTR: -EINVAL, -EEXIST,
 * -ERANGE, -ENOSPC, -ENOMEM; for HULL_ENGINE_VMX also -EOPNOTSUPP, -EBUSY when VMX cannot be had.
 */
struct hull_record *hull_record_create(const struct hull_vm_config *config,
				       struct hull_policy *policy, bool anonymous,
				       const char **why);
/** hull_record_delete - Return: 0, -EBUSY: a VMM is attached, -ENOENT: already deleted */
int hull_record_delete(struct hull_record *record, const char **why);

/* Which of a config's fields hull_record_set() takes over. */
#define HULL_SET_CPU_WEIGHT	BIT(0)
#define HULL_SET_MITIGATIONS	BIT(1)	/* in force from the next start on */
#define HULL_SET_FLAGS		BIT(2)	/* likewise */

/** hull_record_set - change settings; Return: 0; -ENOENT, -EINVAL, -ERANGE: nothing changed */
int hull_record_set(struct hull_record *record, u32 which, const struct hull_vm_config *config,
		    const char **why);
/**
 * hull_record_policy_set - another policy for the guest's calls, at once
 * @policy: with a reference that the record takes over, on failure too
 *
 * A call that the guest makes after this has returned is judged by @policy.
 * Context: may sleep.
 * Return: 0; -ENOENT: deleted; -EOPNOTSUPP: with HULL_ENGINE_KVM; nothing changed.
 */
int hull_record_policy_set(struct hull_record *record, struct hull_policy *policy,
			   const char **why);
/**
 * hull_record_state_set - pause, resume or end a running VM
 * @state: HULL_VM_PAUSED, HULL_VM_RUNNING, HULL_VM_KILLED
 *
 * A state it is in already is no error. Killing starts the end and does not wait
 * for it: of a VM of Hull's engine no vCPU enters any more; for HULL_ENGINE_KVM
 * the VMM is killed.
 * Return: 0; -ESRCH: not running; -EOPNOTSUPP: pause and resume with HULL_ENGINE_KVM.
 */
int hull_record_state_set(struct hull_record *record, enum hull_vm_state state,
			  const char **why);

/**
 * hull_record_attach - a VMM takes the record
 * @vm: what will run; NULL for HULL_ENGINE_KVM
 *
 * Return: 0; -EBUSY: a VMM is attached; -ENOENT: deleted.
 */
int hull_record_attach(struct hull_record *record, struct hull_vm *vm);
/**
 * hull_record_reason_set - first one wins until the next attach
 * @text: for people, or NULL for the usual one of @reason; copied
 *
 * Context: any but interrupts and NMIs.
 */
void hull_record_reason_set(struct hull_record *record, enum hull_stop_reason reason,
			    const char *text);
/**
 * hull_record_detach - the VMM's file is gone; adds up counters, tells listeners
 *
 * Context: the caller holds a reference of its own; an anonymous record is deleted.
 */
void hull_record_detach(struct hull_record *record);

static inline struct hull_record *hull_record_of(struct hull_subject *subject)
{
	return subject ? container_of(subject, struct hull_record, subject) : NULL;
}

/** hull_record_stats - counters of all runs, the present one included; may sleep */
void hull_record_stats(struct hull_record *record, struct hull_stats_sum *sum);

/** hull_record_running - how many records have a VMM attached */
u32 hull_record_running(void);

/* Events go up by a callback set at init: netlink subscribes. @record->lock is held. */
typedef void (*hull_record_event_fn)(struct hull_record *record, enum hull_event_kind kind);
void hull_record_event_fn_set(hull_record_event_fn fn);

#endif
