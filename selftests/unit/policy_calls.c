// SPDX-License-Identifier: GPL-2.0-only
/*
 * The evaluator of policies of calls: what it refuses and in which words, which rule
 * applies, and a limit's arithmetic at its edges.
 */
#include <errno.h>
#include <string.h>

#include <hull/policy.h>
#include "hull_tap.h"
#include "random.h"

#define LAST		(HULL_HYPERCALL_NUMBERS - 1)
#define SECOND		1000000000ull
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

#define DEFAULT(a)	{ .last = LAST, .cpls = 0xf, .action = HULL_POLICY_##a }
#define RULE(f, l, c, a, ...) \
	{ .first = (f), .last = (l), .cpls = (c), .action = HULL_POLICY_##a, __VA_ARGS__ }

static struct hull_policy_calls policy;

/* The second rule of each is at fault. */
static const struct {
	const char *what;
	struct hull_policy_rule rule;
	int error;
} refused[] = {
	{ "range backwards", RULE(2, 1, 1, ALLOW), -EINVAL },
	{ "range beyond the last number", RULE(0, LAST + 1, 1, ALLOW), -ERANGE },
	{ "range of all 32 bits", RULE(0, UINT32_MAX, 1, ALLOW), -ERANGE },
	{ "no privilege level", RULE(0, 0, 0, ALLOW), -ERANGE },
	{ "a fifth privilege level", RULE(0, 0, 0x10, ALLOW), -ERANGE },
	{ "unknown action", { .cpls = 1, .action = __HULL_POLICY_MAX }, -EINVAL },
	{ "action 255", { .cpls = 1, .action = 255 }, -EINVAL },
	{ "deny without an error", RULE(0, 0, 1, DENY), -ERANGE },
	{ "deny with a positive error", RULE(0, 0, 1, DENY, .error = 1), -ERANGE },
	{ "deny with an error that is none", RULE(0, 0, 1, DENY, .error = -4096), -ERANGE },
	{ "allow with an error", RULE(0, 0, 1, ALLOW, .error = -1), -EINVAL },
	{ "kill with an error", RULE(0, 0, 1, KILL, .error = -1), -EINVAL },
	{ "deny with a rate", RULE(0, 0, 1, DENY, .error = -1, .rate = 1), -EINVAL },
	{ "audit with a burst", RULE(0, 0, 1, AUDIT, .burst = 1), -EINVAL },
	{ "limit without a rate", RULE(0, 0, 1, LIMIT, .error = -11, .burst = 1), -ERANGE },
	{ "limit without a burst", RULE(0, 0, 1, LIMIT, .error = -11, .rate = 1), -ERANGE },
	{ "limit without an error", RULE(0, 0, 1, LIMIT, .rate = 1, .burst = 1), -ERANGE },
};

static int compile(const struct hull_policy_rule *rules, u32 n, u32 *bad)
{
	const char *why = "";
	int ret = hull_policy_calls_compile(&policy, rules, n, &why, bad);

	if (ret && (!why || !*why))
		return -1000;		/* a refusal without a sentence is no answer */
	return ret;
}

static void test_refused(void)
{
	struct hull_policy_rule rules[2] = { DEFAULT(ALLOW) };
	u32 bad;
	size_t i;

	for (i = 0; i < COUNT(refused); i++) {
		rules[1] = refused[i].rule;
		bad = 77;
		tap_ok(compile(rules, 2, &bad) == refused[i].error && bad == 1, "%s",
		       refused[i].what);
	}
}

static void test_bounds(void)
{
	static struct hull_policy_rule rules[HULL_POLICY_RULES_MAX + 1];
	struct hull_policy_rule part = RULE(0, LAST - 1, 0xf, ALLOW);
	struct hull_policy_rule level = RULE(0, LAST, 0x7, ALLOW);
	u32 i, bad = 77;

	tap_ok(compile(rules, 0, &bad) == -EINVAL, "no rule at all");
	tap_ok(compile(&part, 1, &bad) == -EINVAL && !bad, "a default that leaves a number out");
	tap_ok(compile(&level, 1, &bad) == -EINVAL && !bad, "a default that leaves a level out");
	for (i = 0; i < COUNT(rules); i++)
		rules[i] = (struct hull_policy_rule)RULE(i, LAST, 0xf, ALLOW);
	tap_ok(compile(rules, COUNT(rules), &bad) == -ERANGE && bad == HULL_POLICY_RULES_MAX,
	       "a rule too many");
	tap_ok(!compile(rules, HULL_POLICY_RULES_MAX, &bad) &&
	       hull_policy_calls_find(&policy, LAST, 3) == HULL_POLICY_RULES_MAX - 1 &&
	       hull_policy_calls_find(&policy, 5, 0) == 5, "as many rules as there may be");
}

static void test_find(void)
{
	static const struct hull_policy_rule rules[] = {
		DEFAULT(KILL),
		RULE(0, 0xff, 0x1, ALLOW),
		RULE(2, 2, 0xf, LIMIT, .error = -11, .rate = 1, .burst = 1),
		RULE(0, LAST, 0x8, DENY, .error = -1),
		RULE(LAST, LAST, 0x9, AUDIT),
	};
	static const struct {
		u32 number, cpl, rule;
	} calls[] = {
		{ 0, 0, 1 }, { 0xff, 0, 1 }, { 0x100, 0, 0 }, { 0, 1, 0 }, { 0, 2, 0 },
		{ 2, 0, 2 }, { 2, 1, 2 }, { 2, 3, 3 }, { 1, 3, 3 }, { 0x300, 3, 3 },
		{ LAST, 3, 4 }, { LAST, 0, 4 }, { LAST, 1, 0 }, { LAST - 1, 0, 0 },
	};
	u32 bad;
	size_t i;
	int wrong = 0;

	tap_ok(!compile(rules, COUNT(rules), &bad) && policy.n == COUNT(rules) &&
	       !memcmp(policy.rule, rules, sizeof(rules)), "rules are kept as they were given");
	for (i = 0; i < COUNT(calls); i++)
		if (hull_policy_calls_find(&policy, calls[i].number, calls[i].cpl) != calls[i].rule)
			wrong++;
	tap_ok(!wrong, "a later rule is over an earlier one, where it applies");
}

static struct hull_policy_rule limit(u32 rate, u32 burst)
{
	return (struct hull_policy_rule)RULE(0, 0, 1, LIMIT, .error = -11, .rate = rate,
					     .burst = burst);
}

static u64 take_all(struct hull_policy_bucket *bucket, const struct hull_policy_rule *rule,
		    u64 now)
{
	u64 n = 0;

	while (n < 100000 && hull_policy_bucket_take(bucket, rule, now))
		n++;
	return n;
}

static void test_bucket(void)
{
	struct hull_policy_rule slow = limit(1, 1), ten = limit(10, 5), most = limit(UINT32_MAX, UINT32_MAX);
	struct hull_policy_bucket b = { 0 };

	tap_ok(take_all(&b, &slow, 0) == 1, "full at first, at time 0 too");
	tap_ok(!take_all(&b, &slow, SECOND - 1) && take_all(&b, &slow, SECOND) == 1,
	       "one a second: not a nanosecond early");
	b = (struct hull_policy_bucket){ 0 };
	tap_ok(take_all(&b, &ten, 1000) == 5, "a burst of 5");
	tap_ok(take_all(&b, &ten, 1000 + SECOND / 5) == 2, "two fifths later");
	tap_ok(take_all(&b, &ten, 1000 + 3600 * SECOND) == 5, "an hour earns no more than the burst");
	tap_ok(!take_all(&b, &ten, 5) && !take_all(&b, &ten, 1000 + 3600 * SECOND),
	       "time that goes back earns nothing, nor when it comes again");
	tap_ok(take_all(&b, &ten, UINT64_MAX) == 5, "the end of time");
	b = (struct hull_policy_bucket){ 0 };
	hull_policy_bucket_take(&b, &most, 0);
	b.credit.tokens = 0;
	tap_ok(hull_policy_bucket_take(&b, &most, UINT64_MAX) &&
	       b.credit.tokens == (UINT32_MAX - 1ull) * SECOND, "the highest rate, after the longest time");
	b.credit.tokens = 0;
	b.credit.last = 0;
	tap_ok(hull_policy_bucket_take(&b, &most, 1) && b.credit.tokens == UINT32_MAX - SECOND,
	       "the highest rate, after a nanosecond");
}

/* The same by 128 bits, which cannot overflow. */
static bool reference_take(unsigned __int128 *credit, u64 *last, const struct hull_policy_rule *rule,
			   u64 now)
{
	unsigned __int128 full = (unsigned __int128)rule->burst * SECOND;

	if (now > *last) {
		*credit += (unsigned __int128)(now - *last) * rule->rate;
		*last = now;
	}
	if (*credit > full)
		*credit = full;
	if (*credit < SECOND)
		return false;
	*credit -= SECOND;
	return true;
}

static void test_bucket_random(void)
{
	int round, i, wrong = 0;

	for (round = 0; round < 2000; round++) {
		struct hull_policy_rule rule = limit(1 + (random_u64() >> (32 + random_below(32))),
						     1 + (random_u64() >> (32 + random_below(32))));
		struct hull_policy_bucket bucket = { 0 };
		u64 now = random_u64() >> random_below(64), last = now;
		unsigned __int128 credit = (unsigned __int128)rule.burst * SECOND;

		if (!rule.rate || !rule.burst)
			continue;
		for (i = 0; i < 200; i++) {
			if (hull_policy_bucket_take(&bucket, &rule, now) !=
			    reference_take(&credit, &last, &rule, now))
				wrong++;
			/* Back, now and then; around the end of 64 bits, too. */
			if (random_below(8))
				now += random_u64() >> random_below(64);
			else
				now -= random_u64() >> (32 + random_below(32));
		}
	}
	tap_ok(!wrong, "limits against wide arithmetic (%d differ)", wrong);
}

int main(void)
{
	tap_plan(COUNT(refused) + 5 + 2 + 9 + 1);
	test_refused();
	test_bounds();
	test_find();
	test_bucket();
	test_bucket_random();
	return tap_end();
}
