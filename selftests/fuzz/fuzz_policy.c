// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies of calls: the input is rules, and whether they are taken and which of them
 * applies to each number from each level is what the plainest evaluator says.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hull/policy.h>

#define RULES_MAX	(HULL_POLICY_RULES_MAX + 2)
#define BYTES_A_RULE	12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static u32 two(const uint8_t *data)
{
	return data[0] | (u32)data[1] << 8;
}

/* Anything, one time in some hundreds; else well-formed, or few lists would get far. */
static struct hull_policy_rule rule_of(const uint8_t *data)
{
	struct hull_policy_rule rule = {
		.first = two(data) % (HULL_HYPERCALL_NUMBERS + 2),
		.last = two(data + 2) % (HULL_HYPERCALL_NUMBERS + 2),
		.cpls = data[4] % 18,
		.action = data[5] % (__HULL_POLICY_MAX + 1),
		.error = (s16)two(data + 6),
		.rate = data[8],
		.burst = data[9],
	};

	if (data[11] == 0xa5)
		return rule;
	rule.first %= HULL_HYPERCALL_NUMBERS;
	rule.last = rule.first + (data[10] & 1 ? two(data + 2) : data[2] % 16);
	if (rule.last >= HULL_HYPERCALL_NUMBERS)
		rule.last = HULL_HYPERCALL_NUMBERS - 1;
	rule.cpls = 1 + data[4] % 15;
	rule.action = data[5] % __HULL_POLICY_MAX;
	rule.error = 0;
	if (rule.action == HULL_POLICY_DENY || rule.action == HULL_POLICY_LIMIT)
		rule.error = (s16)-(1 + two(data + 6) % 4095);
	rule.rate = rule.action == HULL_POLICY_LIMIT ? 1 + data[8] : 0;
	rule.burst = rule.action == HULL_POLICY_LIMIT ? 1 + data[9] : 0;
	return rule;
}

static bool well_formed(const struct hull_policy_rule *rule)
{
	bool limits = rule->action == HULL_POLICY_LIMIT;
	bool errs = limits || rule->action == HULL_POLICY_DENY;

	return rule->first <= rule->last && rule->last < HULL_HYPERCALL_NUMBERS &&
	       rule->cpls >= 1 && rule->cpls <= 15 && rule->action < __HULL_POLICY_MAX &&
	       (errs ? rule->error < 0 && rule->error >= -4095 : !rule->error) &&
	       (limits ? rule->rate && rule->burst : !rule->rate && !rule->burst);
}

/* The number of the first one that is not, or n. */
static u32 bad_one(const struct hull_policy_rule *rules, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (!well_formed(&rules[i]))
			break;
	return i;
}

static u32 find(const struct hull_policy_rule *rules, u32 n, u32 number, u32 cpl)
{
	u32 i;

	for (i = n; i-- > 1;)
		if (number >= rules[i].first && number <= rules[i].last &&
		    (rules[i].cpls & (1u << cpl)))
			return i;
	return 0;
}

static void check(const struct hull_policy_rule *rules, u32 n)
{
	static struct hull_policy_calls policy;
	const char *why = NULL;
	u32 bad = UINT32_MAX, number, cpl;
	int ret = hull_policy_calls_compile(&policy, rules, n, &why, &bad);

	if (!n || n > HULL_POLICY_RULES_MAX || bad_one(rules, n) < n) {
		if ((ret != -EINVAL && ret != -ERANGE) || !why)
			abort();
		if (n && n <= HULL_POLICY_RULES_MAX && bad != bad_one(rules, n))
			abort();
		return;
	}
	if (ret) {
		/* All that is left to refuse is a default that is none. */
		if (bad || (rules[0].cpls == 15 && !rules[0].first &&
			    rules[0].last == HULL_HYPERCALL_NUMBERS - 1))
			abort();
		return;
	}
	for (number = 0; number < HULL_HYPERCALL_NUMBERS; number++)
		for (cpl = 0; cpl < 4; cpl++)
			if (hull_policy_calls_find(&policy, number, cpl) !=
			    find(rules, n, number, cpl))
				abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hull_policy_rule *rules;
	u32 n = 0, count;

	if (!size)
		return 0;
	count = (size - 1) / BYTES_A_RULE + !(data[0] & 1);
	if (count > RULES_MAX)
		count = RULES_MAX;
	rules = malloc((count + 1) * sizeof(*rules));
	if (!(data[0] & 1)) {
		memset(&rules[n], 0, sizeof(rules[n]));
		rules[n].last = HULL_HYPERCALL_NUMBERS - 1;
		rules[n++].cpls = 15;
	}
	for (data++; n < count; n++, data += BYTES_A_RULE)
		rules[n] = rule_of(data);
	check(rules, n);
	free(rules);
	return 0;
}
