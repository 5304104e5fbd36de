// SPDX-License-Identifier: GPL-2.0-only
/* Policies as objects: made whole, never changed, freed when nobody looks any more. */

#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <policy/policy.h>

static_assert(HULL_POLICY_RULES_MAX == 64);	/* a sentence in calls.c says so */

static struct hull_policy *policy_everything;	/* [I] from init to exit */

struct hull_policy *hull_policy_new(const struct hull_policy_rule *rules, u32 n,
				    const char **why, u32 *bad)
{
	struct hull_policy *policy;
	int ret;

	*why = NULL;
	*bad = 0;
	policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);
	if (!policy)
		return ERR_PTR(-ENOMEM);
	ret = hull_policy_calls_compile(&policy->calls, rules, n, why, bad);
	if (ret)
		goto out_free;
	ret = -ENOMEM;
	policy->hits = __alloc_percpu_gfp(HULL_POLICY_RULES_MAX * sizeof(u64), sizeof(u64),
					  GFP_KERNEL_ACCOUNT);
	if (!policy->hits)
		goto out_free;
	kref_init(&policy->ref);
	raw_spin_lock_init(&policy->bucket_lock);
	return policy;

out_free:
	kfree(policy);
	return ERR_PTR(ret);
}

struct hull_policy *hull_policy_default(void)
{
	return policy_everything;
}

void hull_policy_get(struct hull_policy *policy)
{
	kref_get(&policy->ref);
}

bool hull_policy_get_unless_gone(struct hull_policy *policy)
{
	return kref_get_unless_zero(&policy->ref);
}

static void policy_free(struct rcu_head *rcu)
{
	struct hull_policy *policy = container_of(rcu, struct hull_policy, rcu);

	free_percpu(policy->hits);
	kfree(policy);
}

static void policy_release(struct kref *ref)
{
	call_rcu(&container_of(ref, struct hull_policy, ref)->rcu, policy_free);
}

void hull_policy_put(struct hull_policy *policy)
{
	kref_put(&policy->ref, policy_release);
}

u64 hull_policy_hits(const struct hull_policy *policy, u32 rule)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(policy->hits, cpu)[rule]);
	return sum;
}

bool hull_policy_limit(struct hull_policy *policy, u32 rule)
{
	unsigned long flags;
	bool below;

	raw_spin_lock_irqsave(&policy->bucket_lock, flags);
	below = hull_policy_bucket_take(&policy->buckets[rule], &policy->calls.rule[rule],
					ktime_get_ns());
	raw_spin_unlock_irqrestore(&policy->bucket_lock, flags);
	return below;
}

u64 hull_policy_limit_wait(struct hull_policy *policy, u32 rule)
{
	u64 tokens = READ_ONCE(policy->buckets[rule].tokens_ns);

	/* Credit comes at @rate a nanosecond, from the last time on that somebody asked. */
	return tokens < NSEC_PER_SEC ? (NSEC_PER_SEC - tokens) / policy->calls.rule[rule].rate : 0;
}

int hull_policy_init(void)
{
	const struct hull_policy_rule everything = {
		.last = HULL_HYPERCALL_NUMBERS - 1,
		.cpls = 0xf,
		.action = HULL_POLICY_ALLOW,
	};
	const char *why;
	u32 bad;

	policy_everything = hull_policy_new(&everything, 1, &why, &bad);
	return PTR_ERR_OR_ZERO(policy_everything);
}

void hull_policy_exit(void)
{
	hull_policy_put(policy_everything);
	/* policy_free() is code of ours: all of its calls must be over. */
	rcu_barrier();
}
