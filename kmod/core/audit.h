/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that a policy wants told: from a vCPU, which never waits for it, through a
 * bounded queue to whoever subscribed at init.
 */
#ifndef HULL_CORE_AUDIT_H
#define HULL_CORE_AUDIT_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <policy/policy.h>
#include <uapi/linux/hull.h>

/* Of one VM: events a second, at once; the rest is counted only. */
#define HULL_AUDIT_RATE		1000
#define HULL_AUDIT_BURST	256
#define HULL_AUDIT_NAME_MAX	31
#define HULL_AUDIT_NO_VCPU	U32_MAX

struct hull_record;

/* What a record keeps: the limit, and how many events were lost since the last one. */
struct hull_audit_limit {
	raw_spinlock_t lock;
	struct hull_policy_bucket bucket;
	u64 dropped;
};

/**
 * struct hull_audit_call - a call that is told
 * @vcpu: id, or HULL_AUDIT_NO_VCPU for a call from a ring
 * @number: as the guest said it
 * @name: of the call, "" when it has none
 * @result: what the guest got
 */
struct hull_audit_call {
	u32 vcpu;
	u32 number;
	u32 cpl;
	char name[HULL_AUDIT_NAME_MAX + 1];
	u64 arg[4];
	s64 result;
};

/* What arrives above: @dropped events of this VM were lost before this one. */
struct hull_audit_event {
	u32 vm;
	char vm_name[HULL_NAME_MAX + 1];
	u64 time_ns;			/* CLOCK_REALTIME */
	u64 dropped;
	struct hull_audit_call call;
};

void hull_audit_limit_init(struct hull_audit_limit *limit);

/** hull_audit_call - queue it, or count it as lost; any context but NMI, never waits */
void hull_audit_call(struct hull_record *record, const struct hull_audit_call *call);

/**
 * hull_audit_fn_set - who gets the events, in process context, one after the other
 *
 * When this returns, @fn's predecessor is not running any more.
 */
void hull_audit_fn_set(void (*fn)(const struct hull_audit_event *event));

int hull_audit_init(void);
void hull_audit_exit(void);

#endif
