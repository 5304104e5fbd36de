// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules on calls: checked and compiled into a table once, so that each call costs one
 * look-up whatever the rules are. Pure; userland builds this file, too.
 */

#include <hull/policy.h>

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/time64.h>
#else
#include <errno.h>
#include <string.h>
#define NSEC_PER_SEC	1000000000L
#endif

#define CPLS_ALL	0xf
#define ERRNO_MAX	4095		/* as the kernel's own: what rax can say */

/* What the fields of a rule with each action may be. */
static const struct {
	bool error, limit;
} actions[__HULL_POLICY_MAX] = {
	[HULL_POLICY_DENY] = { .error = true },
	[HULL_POLICY_LIMIT] = { .error = true, .limit = true },
};

static int refuse(const char **why, const char *sentence, int error)
{
	*why = sentence;
	return error;
}

static int range_check(const struct hull_policy_rule *rule, const char **why)
{
	if (rule->first > rule->last)
		return refuse(why, "a range of calls ends before it begins", -EINVAL);
	if (rule->last >= HULL_HYPERCALL_NUMBERS)
		return refuse(why, "not a number of Hull's calls", -ERANGE);
	if (!rule->cpls || rule->cpls > CPLS_ALL)
		return refuse(why, "a rule needs a privilege level, of 0 to 3", -ERANGE);
	return 0;
}

static int action_check(const struct hull_policy_rule *rule, const char **why)
{
	if (rule->action >= __HULL_POLICY_MAX)
		return refuse(why, "there is no such action", -EINVAL);
	if (!actions[rule->action].error && rule->error)
		return refuse(why, "an error goes with deny and limit only", -EINVAL);
	if (actions[rule->action].error && (rule->error >= 0 || rule->error < -ERRNO_MAX))
		return refuse(why, "deny and limit need an error, of 1 to 4095", -ERANGE);
	if (!actions[rule->action].limit && (rule->rate || rule->burst))
		return refuse(why, "rate and burst go with limit only", -EINVAL);
	if (actions[rule->action].limit && (!rule->rate || !rule->burst))
		return refuse(why, "a limit is at least one call a second, and one at once",
			      -ERANGE);
	return 0;
}

static bool covers_all(const struct hull_policy_rule *rule)
{
	return !rule->first && rule->last == HULL_HYPERCALL_NUMBERS - 1 &&
	       rule->cpls == CPLS_ALL;
}

static int rules_check(const struct hull_policy_rule *rules, u32 n, const char **why, u32 *bad)
{
	u32 i;
	int ret;

	*bad = 0;
	if (!n)
		return refuse(why, "a policy needs a default", -EINVAL);
	if (n > HULL_POLICY_RULES_MAX) {
		*bad = HULL_POLICY_RULES_MAX;
		return refuse(why, "a policy has 64 rules at most", -ERANGE);
	}
	for (i = 0; i < n; i++) {
		*bad = i;
		ret = range_check(&rules[i], why);
		if (ret)
			return ret;
		ret = action_check(&rules[i], why);
		if (ret)
			return ret;
	}
	*bad = 0;
	if (!covers_all(&rules[0]))
		return refuse(why, "the default is for all calls from all privilege levels",
			      -EINVAL);
	return 0;
}

int hull_policy_calls_compile(struct hull_policy_calls *policy,
			      const struct hull_policy_rule *rules, u32 n, const char **why,
			      u32 *bad)
{
	u32 i, cpl;
	int ret;

	*why = NULL;
	ret = rules_check(rules, n, why, bad);
	if (ret)
		return ret;
	memset(policy, 0, sizeof(*policy));
	policy->n = n;
	memcpy(policy->rule, rules, n * sizeof(*rules));
	/* The table is all of rule 0 by now; each later rule is written over it. */
	for (i = 1; i < n; i++)
		for (cpl = 0; cpl < 4; cpl++)
			if (rules[i].cpls & (1u << cpl))
				memset(&policy->index[cpl][rules[i].first], (int)i,
				       rules[i].last - rules[i].first + 1);
	return 0;
}

bool hull_policy_bucket_take(struct hull_policy_bucket *bucket,
			     const struct hull_policy_rule *rule, u64 now_ns)
{
	if (!bucket->started) {
		bucket->started = true;
		bucket->credit.last = now_ns;
		bucket->credit.tokens = hull_policy_credit_full(rule, NSEC_PER_SEC);
	}
	return hull_policy_credit_take(&bucket->credit, rule, now_ns, NSEC_PER_SEC);
}
