/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A group's policy in force: a verified blob, its anchors found and held, its counters.
 * Made whole, never changed; a group points at it under RCU.
 */
#ifndef HULL_POLICY_RULES_H
#define HULL_POLICY_RULES_H

#include <linux/kref.h>
#include <linux/path.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <hull/policy_group.h>
#include <policy/policy.h>

/* What one per-CPU allocation takes. */
#define HULL_RULES_HITS		4096u
#define HULL_RULES_HIT_BLOCKS	(HULL_BLOB_RULES_MAX / HULL_RULES_HITS)

/**
 * struct hull_rules - a policy
 * @set: ready to be evaluated; identities are addresses of inodes
 * @group: ID of the group that it is the policy of
 * @hits: by rule, in blocks of HULL_RULES_HITS; per CPU
 * @buckets: by rule, under @bucket_lock; NULL: no rule limits
 * @paths: of resolved anchors; held, so that no other object gets their addresses
 * @unused: nobody looks at it any more; called in process context before it is freed
 */
struct hull_rules {
	struct kref ref;
	struct rcu_work free_work;
	struct hull_ruleset set;		/* [I] */
	u32 group;				/* [I] once published */
	void *blob;				/* [I] */
	struct hull_anchor_slot *slots;		/* [I] */
	u64 __percpu *hits[HULL_RULES_HIT_BLOCKS];
	raw_spinlock_t bucket_lock;
	struct hull_policy_bucket *buckets;
	struct path *paths;			/* [I] */
	u32 n_paths;				/* [I] */
	void (*unused)(struct hull_rules *rules);	/* [I] once published */
};

/** struct hull_rules_flaw - why a blob was refused; @item counts in what @why speaks about */
struct hull_rules_flaw {
	const char *why;
	u32 item;
};

/**
 * hull_rules_new - verify @blob and find its anchors
 * @blob: kvmalloc()ed; belongs to the policy when this succeeds
 * @root: paths begin here, and symbolic links and .. do not lead out of it
 * @flaw: on failure a static sentence, or NULL
 *
 * Context: process context, with the credentials that look paths up; may sleep.
 * Return: ERR_PTR: -EINVAL, -ENOMEM; -ENOENT and what else a path look-up returns.
 */
struct hull_rules *hull_rules_new(void *blob, size_t size, const struct path *root,
				  struct hull_rules_flaw *flaw);
void hull_rules_get(struct hull_rules *rules);
/** hull_rules_put - any context but NMI; NULL is allowed. Readers under RCU may go on */
void hull_rules_put(struct hull_rules *rules);

/** hull_rules_hit - count one hit of @rule; any context */
static inline void hull_rules_hit(struct hull_rules *rules, u32 rule)
{
	this_cpu_inc(rules->hits[rule / HULL_RULES_HITS][rule % HULL_RULES_HITS]);
}

/** hull_rules_hits - of all CPUs */
u64 hull_rules_hits(const struct hull_rules *rules, u32 rule);
/** hull_rules_limit - one more under a rule with a limit; false: too many; any context but NMI */
bool hull_rules_limit(struct hull_rules *rules, u32 rule);

int hull_rules_init(void);
/** hull_rules_drain - all policies put so far are freed when this returns; sleeps */
void hull_rules_drain(void);
void hull_rules_exit(void);

#endif
