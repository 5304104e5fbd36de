// SPDX-License-Identifier: GPL-2.0-only
/* Policies as objects: made whole, never changed, freed when nobody looks any more. */

#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <asm/asm.h>
#include <asm/msr.h>
#include <asm/tsc.h>
#include <policy/policy.h>

static_assert(HULL_POLICY_RULES_MAX == 64);	/* a sentence in calls.c says so */

static struct hull_policy *policy_everything;	/* [I] from init to exit */

/* ---- limits ------------------------------------------------------------------ */

/* Processors with VMX have it, and others ask no policy of calls. */
static __always_inline bool credit_cmpxchg(struct hull_policy_credit *credit,
					   struct hull_policy_credit *old,
					   const struct hull_policy_credit *new)
{
	bool same;

	asm volatile("lock cmpxchg16b %[credit]"
		     : CC_OUT(z) (same), [credit] "+m" (*credit),
		       "+a" (old->last), "+d" (old->tokens)
		     : "b" (new->last), "c" (new->tokens) : "memory");
	return same;
}

static u64 limit_hz(void)
{
	return (u64)tsc_khz * MSEC_PER_SEC;
}

static u64 limit_now(void)
{
	if (likely(!check_tsc_unstable()))
		return rdtsc();
	return mul_u64_u32_div(ktime_get_ns(), tsc_khz, NSEC_PER_MSEC);
}

/*
 * In this order: tokens that are newer than the time make too much of what was earned, and
 * then the exchange fails; the other way round a call would be refused that is below.
 */
static struct hull_policy_credit limit_read(const struct hull_policy *policy, u32 rule)
{
	struct hull_policy_credit credit;

	credit.last = READ_ONCE(policy->limits[rule].last);
	credit.tokens = READ_ONCE(policy->limits[rule].tokens);
	return credit;
}

/* More than a second back is not a CPU that is behind, but a TSC that began anew. */
static void limit_follow(struct hull_policy_credit *credit, u64 now)
{
	if (unlikely(credit->last > now && credit->last - now > limit_hz()))
		credit->last = now;
}

bool hull_policy_limit(struct hull_policy *policy, u32 rule)
{
	struct hull_policy_credit old, new;
	u64 now = limit_now();

	old = limit_read(policy, rule);
	do {
		new = old;
		limit_follow(&new, now);
		if (!hull_policy_credit_take(&new, &policy->calls.rule[rule], now, limit_hz()))
			return false;
	} while (!credit_cmpxchg(&policy->limits[rule], &old, &new));
	return true;
}

u64 hull_policy_limit_wait(struct hull_policy *policy, u32 rule)
{
	struct hull_policy_credit credit = limit_read(policy, rule);
	u64 now = limit_now(), hz = limit_hz();

	limit_follow(&credit, now);
	/* As it would be left by a call that is above the limit. */
	if (hull_policy_credit_take(&credit, &policy->calls.rule[rule], now, hz))
		return 0;
	return (hz - credit.tokens) / policy->calls.rule[rule].rate;
}

static void limits_start(struct hull_policy *policy)
{
	u64 now = limit_now();
	u32 i;

	for (i = 0; i < policy->calls.n; i++) {
		policy->limits[i].last = now;
		policy->limits[i].tokens = hull_policy_credit_full(&policy->calls.rule[i],
								   limit_hz());
	}
}

/* ---- life -------------------------------------------------------------------- */

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
	limits_start(policy);
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
