/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policy: rules in, verdict out. Pure: the same code is built into the module and into
 * user space, where its tests and vmctl use it. It knows neither VMs nor groups.
 *
 * A policy of calls says for each number and privilege level which rule applies. It is
 * compiled once, never changes, and is swapped whole.
 */
#ifndef HULL_POLICY_H
#define HULL_POLICY_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#include <linux/types.h>
typedef uint8_t u8;
typedef int16_t s16;
typedef uint32_t u32;
typedef uint64_t u64;
#endif

#include <linux/hull.h>			/* enum hull_policy_action */
#include <linux/hull_hypercall.h>

#define HULL_POLICY_RULES_MAX	HULL_RULES_MAX

/**
 * struct hull_policy_rule - what to do with a range of calls
 * @first, @last: offsets from HULL_HYPERCALL_BASE, both included
 * @cpls: bit n: from CPL n; 1 to 15
 * @action: enum hull_policy_action
 * @error: HULL_POLICY_DENY, _LIMIT: what the guest gets, -1 to -4095; else 0
 * @rate: HULL_POLICY_LIMIT: calls a second, at least 1; else 0
 * @burst: HULL_POLICY_LIMIT: calls at once, at least 1; else 0
 */
struct hull_policy_rule {
	u32 first, last;
	u8 cpls;
	u8 action;
	s16 error;
	u32 rate, burst;
};

/**
 * struct hull_policy_calls - compiled: the rule of each call
 * @n: rules; rule 0 is the default
 * @index: number of the rule, by privilege level and offset from HULL_HYPERCALL_BASE
 */
struct hull_policy_calls {
	u32 n;
	struct hull_policy_rule rule[HULL_POLICY_RULES_MAX];
	u8 index[4][HULL_HYPERCALL_NUMBERS];
};

/**
 * hull_policy_calls_compile - rules to table
 * @rules: @n of them, 1 to HULL_POLICY_RULES_MAX; the first is the default and covers
 *	everything from all privilege levels, a later one overrides earlier ones where
 *	it applies
 * @why: on failure a static sentence
 * @bad: on failure the number of the rule at fault
 *
 * Return: 0, -EINVAL, -ERANGE.
 */
int hull_policy_calls_compile(struct hull_policy_calls *policy,
			      const struct hull_policy_rule *rules, u32 n, const char **why,
			      u32 *bad);

/** hull_policy_calls_find - the rule for @number (offset from the base) from @cpl (0 to 3) */
static inline u32 hull_policy_calls_find(const struct hull_policy_calls *policy, u32 number,
					 u32 cpl)
{
	return policy->index[cpl][number];
}

/**
 * struct hull_policy_credit - what calls under a limit may still take
 * @last: when it was looked at, by any clock
 * @tokens: ticks of that clock times calls a second
 */
struct hull_policy_credit {
	u64 last;
	u64 tokens;
};

/** hull_policy_credit_full - of a clock with @hz ticks a second */
static inline u64 hull_policy_credit_full(const struct hull_policy_rule *rule, u64 hz)
{
	u64 full;

	return __builtin_mul_overflow((u64)rule->burst, hz, &full) ? ~0ull : full;
}

/**
 * hull_policy_credit_take - one call at @now; false: above the limit
 *
 * A tick adds @rate, a call takes @hz. Nothing is divided and nothing is rounded. An
 * earlier time than the last one, of a CPU a little behind, counts as the last one.
 */
static inline bool hull_policy_credit_take(struct hull_policy_credit *credit,
					   const struct hull_policy_rule *rule, u64 now, u64 hz)
{
	u64 full, earned;

	if (now > credit->last) {
		full = hull_policy_credit_full(rule, hz);
		if (__builtin_mul_overflow(now - credit->last, (u64)rule->rate, &earned) ||
		    earned > full - credit->tokens)
			credit->tokens = full;
		else
			credit->tokens += earned;
		credit->last = now;
	}
	if (credit->tokens < hz)
		return false;
	credit->tokens -= hz;
	return true;
}

/**
 * struct hull_policy_bucket - tokens of a rule with a limit, by ns; zeroed: full
 *
 * Plain arithmetic; whoever has it shared locks it.
 */
struct hull_policy_bucket {
	struct hull_policy_credit credit;
	bool started;
};

/**
 * hull_policy_bucket_take - one call at @now_ns (monotonic); false: above the limit
 *
 * An earlier time than the last one counts as the last one.
 */
bool hull_policy_bucket_take(struct hull_policy_bucket *bucket,
			     const struct hull_policy_rule *rule, u64 now_ns);

#endif
