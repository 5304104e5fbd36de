/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy room: the evaluator of hull/policy.h, and policies as objects that a
 * subject points at. Swapped by RCU; who holds one keeps it by a reference.
 */
#ifndef HULL_POLICY_POLICY_H
#define HULL_POLICY_POLICY_H

#include <linux/err.h>
#include <linux/kref.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <hull/policy.h>

/**
 * struct hull_policy - a policy in force
 * @calls: what VMs may call
 * @hits: by rule; a per-CPU array of HULL_POLICY_RULES_MAX
 * @limits: by rule, in ticks of the TSC; both words change at once
 */
struct hull_policy {
	struct kref ref;
	struct rcu_head rcu;
	struct hull_policy_calls calls;			/* [I] */
	u64 __percpu *hits;
	struct hull_policy_credit limits[HULL_POLICY_RULES_MAX] __aligned(16);
};

/** hull_policy_new - compile @rules; ERR_PTR(-EINVAL, -ERANGE, -ENOMEM), @why, @bad: see compile */
struct hull_policy *hull_policy_new(const struct hull_policy_rule *rules, u32 n,
				    const char **why, u32 *bad);
/**
 * hull_policy_default - allow everything; what a subject has that nobody gave another
 *
 * There is one for all of them, so its hits say nothing of any. No reference is taken;
 * it stays as long as the module.
 */
struct hull_policy *hull_policy_default(void);
void hull_policy_get(struct hull_policy *policy);
/** hull_policy_get_unless_gone - for who found it under RCU; any context */
bool hull_policy_get_unless_gone(struct hull_policy *policy);
/** hull_policy_put - any context; who looks under RCU may go on to */
void hull_policy_put(struct hull_policy *policy);

/** hull_policy_hit - count one hit of @rule; any context */
static inline void hull_policy_hit(struct hull_policy *policy, u32 rule)
{
	this_cpu_inc(policy->hits[rule]);
}

/** hull_policy_hits - of all CPUs */
u64 hull_policy_hits(const struct hull_policy *policy, u32 rule);
/** hull_policy_limit - a call under a rule with a limit; false: above it; any context but NMI */
bool hull_policy_limit(struct hull_policy *policy, u32 rule);
/** hull_policy_limit_wait - TSC ticks until a call above the limit could be below it, at the soonest */
u64 hull_policy_limit_wait(struct hull_policy *policy, u32 rule);

int hull_policy_init(void);
void hull_policy_exit(void);

#endif
