// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies of calls and their counters: what is refused and where the fault is, what
 * comes back as it was set, and that a refusal leaves the old policy alone. Without VMX
 * there are only VMs whose calls do not come to Hull; then the last word is a refusal.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include "hull_tap.h"
#include "vms.h"
#include <linux/hull_hypercall.h>

#define BASE	HULL_HYPERCALL_BASE
#define ABSENT	UINT32_MAX

static struct nl_message message;
static bool vmx;

struct rule {
	uint32_t first, last, cpls, action, error, rate, burst;
};

static void rule_put(const struct rule *rule)
{
	const uint32_t *field = (const void *)rule;
	size_t nest = nl_nest_begin(&message, HULL_A_POLICY_RULE);
	uint16_t type;

	for (type = HULL_A_RULE_FIRST; type <= HULL_A_RULE_BURST; type++)
		if (field[type - HULL_A_RULE_FIRST] != ABSENT)
			nl_put_u32(&message, type, field[type - HULL_A_RULE_FIRST]);
	nl_nest_end(&message, nest);
}

static void set_begin(const char *name)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_POLICY_SET, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put_text(&message, HULL_A_VM_NAME, name);
	nl_nest_end(&message, nest);
}

static struct nl_reply rules_set(const struct rule *rules, size_t n)
{
	size_t nest, i;

	set_begin("judged");
	nest = nl_nest_begin(&message, HULL_A_POLICY);
	for (i = 0; i < n; i++)
		rule_put(&rules[i]);
	nl_nest_end(&message, nest);
	return nl_send(vms_fd, &message, 0, NULL, NULL);
}

#define NO	ABSENT
#define ALLOW	{ NO, NO, NO, HULL_POLICY_ALLOW, NO, NO, NO }

/* The second rule of each is wrong; @error: what the answer is. */
static const struct {
	const char *name;
	struct rule rule;
	int error;
} bad[] = {
	{ "no number", { NO, BASE, NO, HULL_POLICY_ALLOW, NO, NO, NO }, EINVAL },
	{ "no action", { BASE, NO, NO, NO, NO, NO, NO }, EINVAL },
	{ "number below ours", { BASE - 1, BASE, NO, 0, NO, NO, NO }, ERANGE },
	{ "number above ours", { BASE + HULL_HYPERCALL_NUMBERS, NO, NO, 0, NO, NO, NO }, ERANGE },
	{ "last above ours", { BASE, 0xfffffffe, NO, 0, NO, NO, NO }, ERANGE },
	{ "number 0", { 0, 0, NO, 0, NO, NO, NO }, ERANGE },
	{ "range backwards", { BASE + 2, BASE + 1, NO, 0, NO, NO, NO }, EINVAL },
	{ "no level", { BASE, NO, 0, 0, NO, NO, NO }, ERANGE },
	{ "a fifth level", { BASE, NO, 16, 0, NO, NO, NO }, ERANGE },
	{ "unknown action", { BASE, NO, NO, __HULL_POLICY_MAX, NO, NO, NO }, ERANGE },
	{ "action 256", { BASE, NO, NO, 256, NO, NO, NO }, ERANGE },
	{ "deny without errno", { BASE, NO, NO, HULL_POLICY_DENY, NO, NO, NO }, ERANGE },
	{ "errno 0", { BASE, NO, NO, HULL_POLICY_DENY, 0, NO, NO }, ERANGE },
	{ "errno 4096", { BASE, NO, NO, HULL_POLICY_DENY, 4096, NO, NO }, ERANGE },
	{ "errno 65537", { BASE, NO, NO, HULL_POLICY_DENY, 65537, NO, NO }, ERANGE },
	{ "allow with errno", { BASE, NO, NO, HULL_POLICY_ALLOW, 1, NO, NO }, EINVAL },
	{ "kill with a rate", { BASE, NO, NO, HULL_POLICY_KILL, NO, 1, NO }, EINVAL },
	{ "limit without a rate", { BASE, NO, NO, HULL_POLICY_LIMIT, 11, NO, 1 }, ERANGE },
	{ "limit with rate 0", { BASE, NO, NO, HULL_POLICY_LIMIT, 11, 0, 1 }, ERANGE },
	{ "limit without a burst", { BASE, NO, NO, HULL_POLICY_LIMIT, 11, 1, NO }, ERANGE },
	{ "limit without errno", { BASE, NO, NO, HULL_POLICY_LIMIT, NO, 1, 1 }, ERANGE },
};

#define N_BAD	(sizeof(bad) / sizeof(bad[0]))

static void bad_run(void)
{
	struct rule rules[2] = { ALLOW };
	struct nl_reply reply;
	size_t i;

	for (i = 0; i < N_BAD; i++) {
		rules[1] = bad[i].rule;
		reply = rules_set(rules, 2);
		tap_ok(reply.error == bad[i].error && reply.sentence[0] && reply.at, "%s: %s (%s)",
		       bad[i].name, strerror(reply.error), reply.sentence);
	}
}

static void shape_run(void)
{
	static const struct rule all[] = { { BASE, BASE + 1023, 15, HULL_POLICY_ALLOW, NO, NO, NO } };
	static const struct rule part[] = { { NO, NO, 7, HULL_POLICY_ALLOW, NO, NO, NO } };
	static struct rule many[HULL_RULES_MAX + 1];
	struct nl_reply reply;
	size_t i, nest;

	set_begin("judged");
	reply = nl_send(vms_fd, &message, 0, NULL, NULL);
	tap_ok(reply.error == EINVAL && reply.sentence[0], "no policy: %s", reply.sentence);
	reply = rules_set(NULL, 0);
	tap_ok(reply.error == EINVAL && reply.sentence[0], "no rule: %s", reply.sentence);
	reply = rules_set(all, 1);
	tap_ok(reply.error == EINVAL && reply.sentence[0], "a default with numbers: %s",
	       reply.sentence);
	reply = rules_set(part, 1);
	tap_ok(reply.error == EINVAL && reply.sentence[0], "a default with levels: %s",
	       reply.sentence);
	many[0] = (struct rule)ALLOW;
	for (i = 1; i < HULL_RULES_MAX + 1; i++)
		many[i] = (struct rule){ BASE, NO, NO, HULL_POLICY_ALLOW, NO, NO, NO };
	reply = rules_set(many, HULL_RULES_MAX + 1);
	tap_ok(reply.error == ERANGE && reply.sentence[0], "a rule too many: %s", reply.sentence);

	set_begin("judged");
	nest = nl_nest_begin(&message, HULL_A_POLICY);
	nl_put_u32(&message, HULL_A_POLICY_RULE, 0);
	nl_nest_end(&message, nest);
	reply = nl_send(vms_fd, &message, 0, NULL, NULL);
	tap_ok(reply.error == EINVAL, "a rule that is no nest: %s", reply.sentence);
	set_begin("nobody");
	nl_nest_end(&message, nl_nest_begin(&message, HULL_A_POLICY));
	tap_ok(nl_send(vms_fd, &message, 0, NULL, NULL).error == ENOENT, "a VM that is not there");
}

/* Flipped bits in a good policy: whatever comes of it, no answer but an error or success. */
static void noise_run(void)
{
	static const struct rule rules[] = {
		ALLOW, { BASE, BASE + 5, 9, HULL_POLICY_LIMIT, 11, 1, 1 },
		{ BASE + 1023, NO, NO, HULL_POLICY_DENY, 1, NO, NO },
	};
	uint32_t state = 1, whole, start;
	int i, n, odd = 0;
	size_t nest, j;

	for (i = 0; i < 20000; i++) {
		set_begin("judged");
		start = message.header.nlmsg_len;
		nest = nl_nest_begin(&message, HULL_A_POLICY);
		for (j = 0; j < 3; j++)
			rule_put(&rules[j]);
		nl_nest_end(&message, nest);
		whole = message.header.nlmsg_len;
		for (n = 1 + i % 4; n; n--) {
			state = state * 1664525 + 1013904223;
			message.bytes[start + (state >> 8) % (whole - start)] ^=
				(unsigned char)(1 << (state >> 28) % 8);
		}
		switch (nl_send(vms_fd, &message, 0, NULL, NULL).error) {
		case 0:
			odd += !vmx;
			break;
		case EINVAL:
		case ERANGE:
			break;
		case EOPNOTSUPP:
			odd += vmx;
			break;
		default:
			odd++;
		}
	}
	tap_ok(!odd, "20000 policies with flipped bits (%d odd answers)", odd);
}

struct got {
	struct rule rules[HULL_RULES_MAX];
	int n, hits;
};

/* Repeated attributes: the parser keeps the last one, so these are walked by hand. */
static void got_take(const struct nlmsghdr *answer, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1], *sub[NL_ATTRS_MAX + 1];
	const unsigned char *at, *end;
	struct got *got = data;

	nl_parse_message(answer, tb);
	if (!tb[HULL_A_POLICY] || !tb[HULL_A_VM])
		return;
	at = nl_data(tb[HULL_A_POLICY]);
	end = at + nl_bytes(tb[HULL_A_POLICY]);
	for (; at + NLA_HDRLEN <= end && got->n < HULL_RULES_MAX;
	     at += NLA_ALIGN(((const struct nlattr *)(const void *)at)->nla_len)) {
		struct rule *rule = &got->rules[got->n++];
		uint32_t *field = (void *)rule;
		uint16_t type;

		nl_parse_nest((const void *)at, sub);
		for (type = HULL_A_RULE_FIRST; type <= HULL_A_RULE_BURST; type++)
			field[type - HULL_A_RULE_FIRST] = sub[type] ? nl_u32(sub[type]) : ABSENT;
		got->hits += sub[HULL_A_RULE_HITS] != NULL;
	}
}

static bool got_is(const struct rule *rules, int n, bool hits)
{
	struct got got = { .n = 0 };

	if (vms_command(HULL_CMD_POLICY_GET, 0, "judged", got_take, &got).error)
		return false;
	return got.n == n && got.hits == (hits ? n : 0) &&
	       !memcmp(got.rules, rules, (size_t)n * sizeof(*rules));
}

static void round_run(void)
{
	static const struct rule before[] = { { NO, NO, 15, HULL_POLICY_ALLOW, NO, NO, NO } };
	static const struct rule good[] = {
		{ NO, NO, 15, HULL_POLICY_KILL, NO, NO, NO },
		{ BASE, BASE + 255, 1, HULL_POLICY_ALLOW, NO, NO, NO },
		{ BASE + 2, BASE + 2, 15, HULL_POLICY_DENY, 4095, NO, NO },
		{ BASE + 3, BASE + 3, 9, HULL_POLICY_LIMIT, 11, UINT32_MAX - 1, 1 },
		{ BASE + 512, BASE + 767, 15, HULL_POLICY_FORWARD, NO, NO, NO },
		{ BASE + 1023, BASE + 1023, 8, HULL_POLICY_AUDIT, NO, NO, NO },
	};
	struct rule most[HULL_RULES_MAX] = { { NO, NO, 15, HULL_POLICY_ALLOW, NO, NO, NO } };
	struct rule wrong[2] = { ALLOW, { BASE, NO, NO, 99, NO, NO, NO } };
	struct nl_reply reply;
	int i;

	tap_ok(got_is(before, 1, false), "at first all is allowed, and hits are not counted");
	reply = rules_set(good, 6);
	if (!vmx) {
		tap_ok(reply.error == EOPNOTSUPP && reply.sentence[0],
		       "a VM of engine kvm has no policy: %s", reply.sentence);
		tap_ok(got_is(before, 1, false), "nothing has changed");
		return;
	}
	tap_ok(!reply.error && got_is(good, 6, true), "what is set comes back: %s", reply.sentence);
	tap_ok(rules_set(wrong, 2).error && got_is(good, 6, true), "a refusal changes nothing");
	for (i = 1; i < HULL_RULES_MAX; i++)
		most[i] = (struct rule){ BASE, BASE, 15, HULL_POLICY_LIMIT, 1, 7, 8 };
	tap_ok(!rules_set(most, HULL_RULES_MAX).error && got_is(most, HULL_RULES_MAX, true),
	       "the largest policy there is");
}

/* HYPERCALL_GET is a dump that names its VM. */
static struct nl_reply calls_dump(const char *name)
{
	size_t nest;

	nl_begin(&message, vms_family, HULL_CMD_HYPERCALL_GET, NLM_F_DUMP);
	if (name) {
		nest = nl_nest_begin(&message, HULL_A_VM);
		nl_put_text(&message, HULL_A_VM_NAME, name);
		nl_nest_end(&message, nest);
	}
	return nl_send(vms_fd, &message, 0, NULL, NULL);
}

static void dump_run(void)
{
	struct nl_reply reply = calls_dump("judged");

	tap_ok(!reply.error && reply.messages >= 4, "a dump of calls by number: %d", reply.messages);
	reply = calls_dump(NULL);
	tap_ok(reply.error == EINVAL && reply.sentence[0], "a dump of nobody's calls: %s",
	       reply.sentence);
	reply = calls_dump("nobody");
	tap_ok(reply.error == ENOENT && reply.sentence[0], "a dump of a VM that is not there: %s",
	       reply.sentence);
	tap_ok(vms_command(HULL_CMD_HYPERCALL_GET, 0, "judged", NULL, NULL).error == EOPNOTSUPP,
	       "it is a dump only");
}

static struct nl_reply judged_new(uint32_t engine, const struct rule *rules, size_t n)
{
	size_t nest, i;

	nl_begin(&message, vms_family, HULL_CMD_VM_NEW, 0);
	nest = nl_nest_begin(&message, HULL_A_VM);
	nl_put_text(&message, HULL_A_VM_NAME, "judged");
	nl_put_u32(&message, HULL_A_VM_ENGINE, engine);
	nl_nest_end(&message, nest);
	if (n) {
		nest = nl_nest_begin(&message, HULL_A_POLICY);
		for (i = 0; i < n; i++)
			rule_put(&rules[i]);
		nl_nest_end(&message, nest);
	}
	return nl_send(vms_fd, &message, 0, NULL, NULL);
}

static void new_run(void)
{
	static const struct rule good[] = {
		{ NO, NO, 15, HULL_POLICY_DENY, 38, NO, NO },
		{ BASE, BASE, 15, HULL_POLICY_ALLOW, NO, NO, NO },
	};
	struct rule wrong[2] = { ALLOW, { BASE, NO, NO, HULL_POLICY_DENY, NO, NO, NO } };
	uint32_t engine = vmx ? HULL_ENGINE_VMX : HULL_ENGINE_KVM;
	struct nl_reply reply;

	vms_delete_all();
	reply = judged_new(engine, wrong, 2);
	tap_ok(reply.error == ERANGE && !vms_count(), "no VM comes of a bad policy: %s", reply.sentence);
	reply = judged_new(engine, good, 2);
	if (vmx)
		tap_ok(!reply.error && got_is(good, 2, true), "a VM with a policy from the start");
	else
		tap_ok(reply.error == EOPNOTSUPP && !vms_count(), "none with engine kvm: %s",
		       reply.sentence);
}

static void join_run(void)
{
	uint32_t group = nl_group(vms_fd, HULL_GENL_NAME, HULL_GENL_MCGRP_AUDIT);
	int fd = nl_open();

	tap_ok(group && group != vms_group && !setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
							  sizeof(group)), "joined the group audit");
}

int main(void)
{
	if (!vms_open())
		return tap_skip_all("the module is not loaded");
	vms_delete_all();
	vmx = !judged_new(HULL_ENGINE_VMX, NULL, 0).error;
	if (!vmx)
		judged_new(HULL_ENGINE_KVM, NULL, 0);
	tap_plan(N_BAD + 7 + (vmx ? 4 : 3) + 1 + 4 + 2 + 1);
	bad_run();
	shape_run();
	round_run();
	noise_run();
	dump_run();
	new_run();
	join_run();
	vms_delete_all();
	return tap_end();
}
