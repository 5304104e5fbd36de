// SPDX-License-Identifier: GPL-2.0-only
/* A VM's policy of calls. Numbers in messages are absolute, in rules offsets. */
#include <errno.h>
#include <string.h>
#include <lib/calls.h>
#include <lib/netlink.h>

static void rule_put(struct nlmsghdr *request, const struct hull_policy_rule *rule,
		     bool is_default)
{
	struct nlattr *nest = mnl_attr_nest_start(request, HULL_A_POLICY_RULE);

	if (!is_default) {
		mnl_attr_put_u32(request, HULL_A_RULE_FIRST, HULL_HYPERCALL_BASE + rule->first);
		mnl_attr_put_u32(request, HULL_A_RULE_LAST, HULL_HYPERCALL_BASE + rule->last);
	}
	mnl_attr_put_u32(request, HULL_A_RULE_CPLS, rule->cpls);
	mnl_attr_put_u32(request, HULL_A_RULE_ACTION, rule->action);
	if (rule->error)
		mnl_attr_put_u32(request, HULL_A_RULE_ERRNO, (uint32_t)-rule->error);
	if (rule->rate)
		mnl_attr_put_u32(request, HULL_A_RULE_RATE, rule->rate);
	if (rule->burst)
		mnl_attr_put_u32(request, HULL_A_RULE_BURST, rule->burst);
	mnl_attr_nest_end(request, nest);
}

void hull_policy_put_nest(struct nlmsghdr *request, const struct hull_vm_policy *policy)
{
	struct nlattr *nest = mnl_attr_nest_start(request, HULL_A_POLICY);
	uint32_t i;

	for (i = 0; i < policy->n; i++)
		rule_put(request, &policy->rule[i], !i);
	mnl_attr_nest_end(request, nest);
}

void hull_policy_error(const struct nlmsghdr *request, struct hull_error *error)
{
	char text[HULL_ERROR_TEXT_MAX];
	const struct nlattr *top, *rule;
	uint32_t n;

	if (!error->at || !strncmp(error->text, "rule ", 5))
		return;
	mnl_attr_for_each(top, request, GENL_HDRLEN) {
		if (mnl_attr_get_type(top) != HULL_A_POLICY)
			continue;
		n = 0;
		mnl_attr_for_each_nested(rule, top) {
			size_t start = (size_t)((const char *)rule - (const char *)request);

			if (error->at >= start && error->at < start + rule->nla_len) {
				memcpy(text, error->text, sizeof(text));
				hull_error_set(error, error->code, "rule %u: %s", n, text);
				return;
			}
			n++;
		}
	}
}

int hull_vm_policy_set(struct hull_client *client, const struct hull_ref *ref,
		       const struct hull_vm_policy *policy, struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_vm(client, HULL_CMD_POLICY_SET, ref, &nest);

	mnl_attr_nest_end(request, nest);
	hull_policy_put_nest(request, policy);
	if (!hull_transact(client, request, NULL, NULL, NULL, error))
		return 0;
	hull_policy_error(request, error);
	return -1;
}

static void rule_take(const struct nlattr *nest, struct hull_vm_policy *policy)
{
	struct nlattr *tb[HULL_A_RULE_MAX + 1];
	struct hull_policy_rule *rule = &policy->rule[policy->n];

	hull_nest_parse(nest, tb, HULL_A_RULE_MAX);
	rule->first = 0;
	rule->last = HULL_HYPERCALL_NUMBERS - 1;
	if (tb[HULL_A_RULE_FIRST])
		rule->last = rule->first = hull_attr_u32(tb[HULL_A_RULE_FIRST]) - HULL_HYPERCALL_BASE;
	if (tb[HULL_A_RULE_LAST])
		rule->last = hull_attr_u32(tb[HULL_A_RULE_LAST]) - HULL_HYPERCALL_BASE;
	rule->cpls = tb[HULL_A_RULE_CPLS] ? (uint8_t)hull_attr_u32(tb[HULL_A_RULE_CPLS]) : 0xf;
	rule->action = (uint8_t)hull_attr_u32(tb[HULL_A_RULE_ACTION]);
	rule->error = (int16_t)-(int)hull_attr_u32(tb[HULL_A_RULE_ERRNO]);
	rule->rate = hull_attr_u32(tb[HULL_A_RULE_RATE]);
	rule->burst = hull_attr_u32(tb[HULL_A_RULE_BURST]);
	policy->counted = tb[HULL_A_RULE_HITS] != NULL;
	policy->hits[policy->n] = hull_attr_u64(tb[HULL_A_RULE_HITS]);
	policy->n++;
}

static int policy_take(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct hull_vm_policy *policy = data;
	const struct nlattr *attr;

	memset(policy, 0, sizeof(*policy));
	if (!tb[HULL_A_POLICY])
		return hull_error_set(error, EPROTO, "the kernel's answer has no policy");
	mnl_attr_for_each_nested(attr, tb[HULL_A_POLICY])
		if (mnl_attr_get_type(attr) == HULL_A_POLICY_RULE &&
		    policy->n < HULL_POLICY_RULES_MAX)
			rule_take(attr, policy);
	return 0;
}

int hull_vm_policy_get(struct hull_client *client, const struct hull_ref *ref,
		       struct hull_vm_policy *policy, struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_vm(client, HULL_CMD_POLICY_GET, ref, &nest);

	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, policy_take, policy, NULL, error);
}
