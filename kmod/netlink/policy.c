// SPDX-License-Identifier: GPL-2.0-only
/* A VM's policy of calls: nests to rules, rules to nests. */

#include <linux/slab.h>
#include <compat/netlink.h>
#include <netlink/private.h>
#include <policy/policy.h>

static const struct hull_policy_rule rule_everything = {
	.last = HULL_HYPERCALL_NUMBERS - 1,
	.cpls = 0xf,
};

/* Absolute in messages, offsets within. */
static bool number_parse(const struct nlattr *attr, u32 *number)
{
	*number = nla_get_u32(attr) - HULL_HYPERCALL_BASE;
	return *number < HULL_HYPERCALL_NUMBERS;
}

/* The family's policy has looked at types and ranges. @why: on failure a sentence */
static int rule_parse(struct hull_policy_rule *rule, struct nlattr **tb, bool is_default,
		      const char **why)
{
	*rule = rule_everything;
	*why = "a rule needs an action";
	if (!tb[HULL_A_RULE_ACTION])
		return -EINVAL;
	*why = is_default ? "the first rule is the default, for all numbers" :
			    "a rule needs a number";
	if (is_default != !tb[HULL_A_RULE_FIRST] || (is_default && tb[HULL_A_RULE_LAST]))
		return -EINVAL;
	*why = "not a number of Hull's calls";
	if (!is_default) {
		if (!number_parse(tb[HULL_A_RULE_FIRST], &rule->first))
			return -ERANGE;
		rule->last = rule->first;
	}
	if (tb[HULL_A_RULE_LAST] && !number_parse(tb[HULL_A_RULE_LAST], &rule->last))
		return -ERANGE;
	if (tb[HULL_A_RULE_CPLS])
		rule->cpls = nla_get_u32(tb[HULL_A_RULE_CPLS]);
	rule->action = nla_get_u32(tb[HULL_A_RULE_ACTION]);
	if (tb[HULL_A_RULE_ERRNO])
		rule->error = -(s32)nla_get_u32(tb[HULL_A_RULE_ERRNO]);
	if (tb[HULL_A_RULE_RATE])
		rule->rate = nla_get_u32(tb[HULL_A_RULE_RATE]);
	if (tb[HULL_A_RULE_BURST])
		rule->burst = nla_get_u32(tb[HULL_A_RULE_BURST]);
	return 0;
}

/* The nest of rule @n, for the answer to point at. */
static const struct nlattr *rule_find(const struct nlattr *nest, u32 n)
{
	const struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, nest, rem)
		if (!n--)
			return attr;
	return nest;
}

static int rules_parse(const struct nlattr *nest, struct hull_policy_rule *rules, u32 *n,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[HULL_A_RULE_MAX + 1];
	const struct nlattr *attr;
	const char *why;
	int rem, ret;

	nla_for_each_nested(attr, nest, rem) {
		if (*n == HULL_POLICY_RULES_MAX)
			return hull_nl_refuse_nth(extack, attr, *n, "a policy has 64 rules at most",
						  -ERANGE);
		ret = nla_parse_nested(tb, HULL_A_RULE_MAX, attr, NULL, extack);
		if (ret)
			return ret;
		ret = rule_parse(&rules[*n], tb, !*n, &why);
		if (ret)
			return hull_nl_refuse_nth(extack, attr, *n, why, ret);
		++*n;
	}
	return 0;
}

struct hull_policy *hull_nl_policy_parse(const struct nlattr *nest,
					 struct netlink_ext_ack *extack)
{
	struct hull_policy_rule *rules;
	struct hull_policy *policy;
	const char *why;
	u32 n = 0, bad;
	int ret;

	rules = kcalloc(HULL_POLICY_RULES_MAX, sizeof(*rules), GFP_KERNEL);
	if (!rules)
		return ERR_PTR(-ENOMEM);
	ret = rules_parse(nest, rules, &n, extack);
	policy = ret ? ERR_PTR(ret) : hull_policy_new(rules, n, &why, &bad);
	if (!ret && IS_ERR(policy) && why)
		hull_nl_refuse_nth(extack, rule_find(nest, bad), bad, why, 0);
	kfree(rules);
	return policy;
}

int hull_nl_policy_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *nest = info->attrs[HULL_A_POLICY];
	struct hull_policy *policy;
	const char *why;
	int ret;

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, HULL_A_POLICY);
		return hull_nl_refuse(info->extack, "a policy is missing", -EINVAL);
	}
	policy = hull_nl_policy_parse(nest, info->extack);
	if (IS_ERR(policy))
		return PTR_ERR(policy);
	ret = hull_record_policy_set(hull_nl_record(info), policy, &why);
	return ret ? hull_nl_refuse(info->extack, why, ret) : 0;
}

static int rule_put(struct sk_buff *skb, const struct hull_policy *policy, u32 n)
{
	const struct hull_policy_rule *rule = &policy->calls.rule[n];
	struct nlattr *nest = nla_nest_start(skb, HULL_A_POLICY_RULE);

	if (!nest ||
	    (n && nla_put_u32(skb, HULL_A_RULE_FIRST, HULL_HYPERCALL_BASE + rule->first)) ||
	    (n && nla_put_u32(skb, HULL_A_RULE_LAST, HULL_HYPERCALL_BASE + rule->last)) ||
	    nla_put_u32(skb, HULL_A_RULE_CPLS, rule->cpls) ||
	    nla_put_u32(skb, HULL_A_RULE_ACTION, rule->action) ||
	    (rule->error && nla_put_u32(skb, HULL_A_RULE_ERRNO, -rule->error)) ||
	    (rule->rate && nla_put_u32(skb, HULL_A_RULE_RATE, rule->rate)) ||
	    (rule->burst && nla_put_u32(skb, HULL_A_RULE_BURST, rule->burst)))
		return -EMSGSIZE;
	/* The default policy is of all VMs that have no other. */
	if (policy != hull_policy_default() &&
	    nla_put_u64_64bit(skb, HULL_A_RULE_HITS, hull_policy_hits(policy, n),
			      HULL_A_RULE_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int policy_put(struct sk_buff *skb, const struct hull_policy *policy)
{
	struct nlattr *nest = nla_nest_start(skb, HULL_A_POLICY);
	u32 i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < policy->calls.n; i++)
		if (rule_put(skb, policy, i))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* What a rule takes in a message at most: its nest, seven u32, a u64 and its padding. */
#define RULE_BYTES	(NLA_HDRLEN + 7 * (NLA_HDRLEN + 4) + 2 * NLA_HDRLEN + 8)

int hull_nl_policy_get(struct sk_buff *skb, struct genl_info *info)
{
	struct hull_record *record = hull_nl_record(info);
	struct hull_policy *policy;
	struct sk_buff *reply;
	void *hdr;
	int ret = -ENOMEM;

	policy = hull_subject_policy(&record->subject);
	reply = hull_nl_reply_new(info, HULL_CMD_POLICY_GET,
				  GENLMSG_DEFAULT_SIZE + policy->calls.n * RULE_BYTES, &hdr);
	if (!reply)
		goto out_policy;
	ret = hull_nl_put_vm_ref(reply, record) ?: policy_put(reply, policy);
	if (ret) {
		nlmsg_free(reply);
		goto out_policy;
	}
	genlmsg_end(reply, hdr);
	ret = genlmsg_reply(reply, info);
out_policy:
	hull_policy_put(policy);
	return ret;
}
