// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the specification says that commands take, held against the policies that the
 * kernel says it checks by. argv[1], or ./spec.txt: the specification, from spec.awk.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "hull_tap.h"
#include "vms.h"

#define MAX_ATTRS	256
#define MAX_TAKES	128
#define MAX_ASKS	64
#define MAX_OPS		32
#define MAX_POLICIES	16

struct attr {
	char set[32], name[32], type[16], nested[32], min[24], max[24], maxlen[24], mask[24];
	unsigned int number;
};

struct take {
	char set[32], name[32];
};

struct ask {
	char op[32], name[32];
};

struct op {
	char name[32], does[8], dumps[8], takes[40];
	unsigned int number;
};

static struct attr attrs[MAX_ATTRS];
static struct take takes[MAX_TAKES];
static struct ask asks[MAX_ASKS];
static struct op ops[MAX_OPS];
static int n_attrs, n_takes, n_asks, n_ops;

static bool spec_line(const char *line)
{
	struct attr *a = &attrs[n_attrs];
	struct take *t = &takes[n_takes];
	struct ask *k = &asks[n_asks];
	struct op *o = &ops[n_ops];

	if (!strncmp(line, "attr ", 5) && n_attrs < MAX_ATTRS - 1)
		return sscanf(line, "attr %31s %31s %u %15s %31s %23s %23s %23s %23s", a->set,
			      a->name, &a->number, a->type, a->nested, a->min, a->max, a->maxlen,
			      a->mask) == 9 && ++n_attrs;
	if (!strncmp(line, "take ", 5) && n_takes < MAX_TAKES - 1)
		return sscanf(line, "take %31s %31s", t->set, t->name) == 2 && ++n_takes;
	if (!strncmp(line, "ask ", 4) && n_asks < MAX_ASKS - 1)
		return sscanf(line, "ask %31s %31s", k->op, k->name) == 2 && ++n_asks;
	if (!strncmp(line, "op ", 3) && n_ops < MAX_OPS - 1)
		return sscanf(line, "op %31s %u %7s %7s %39s", o->name, &o->number, o->does,
			      o->dumps, o->takes) == 5 && ++n_ops;
	return !strncmp(line, "const ", 6) || !strncmp(line, "entry ", 6);
}

static bool spec_read(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[256];
	bool ok = file;

	while (ok && fgets(line, sizeof(line), file))
		ok = spec_line(line);
	if (file)
		fclose(file);
	return ok && n_ops;
}

/* The kernel's: policies by index, attributes by number. */
struct rule {
	bool there;
	unsigned int type, nested;
	uint64_t min, max, mask;
	uint32_t maxlen;
};

struct policies {
	int on_do, on_dump;		/* index, or -1 */
	struct rule rules[MAX_POLICIES][NL_ATTRS_MAX + 1];
};

static void op_take(const struct nlattr *nest, struct policies *policies)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];
	int i;

	nl_parse_nest(nest, tb);
	for (i = 0; i <= NL_ATTRS_MAX; i++) {
		if (!tb[i])
			continue;
		nl_parse_nest(tb[i], tb);
		policies->on_do = tb[CTRL_ATTR_POLICY_DO] ? (int)nl_u32(tb[CTRL_ATTR_POLICY_DO]) : -1;
		policies->on_dump =
			tb[CTRL_ATTR_POLICY_DUMP] ? (int)nl_u32(tb[CTRL_ATTR_POLICY_DUMP]) : -1;
		return;
	}
}

static void rule_take(const struct nlattr *nest, struct rule *rule)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1];

	nl_parse_nest(nest, tb);
	rule->there = true;
	rule->type = nl_u32(tb[NL_POLICY_TYPE_ATTR_TYPE]);
	rule->nested = nl_u32(tb[NL_POLICY_TYPE_ATTR_POLICY_IDX]);
	rule->min = nl_u64(tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U]);
	rule->max = nl_u64(tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U]);
	rule->mask = nl_u64(tb[NL_POLICY_TYPE_ATTR_MASK]);
	rule->maxlen = nl_u32(tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH]);
}

static void policy_take(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1], *inner[NL_ATTRS_MAX + 1];
	struct policies *policies = data;
	int i, j;

	nl_parse_message(message, tb);
	if (tb[CTRL_ATTR_OP_POLICY])
		op_take(tb[CTRL_ATTR_OP_POLICY], policies);
	if (!tb[CTRL_ATTR_POLICY])
		return;
	nl_parse_nest(tb[CTRL_ATTR_POLICY], tb);
	for (i = 0; i < MAX_POLICIES; i++) {
		if (!tb[i])
			continue;
		nl_parse_nest(tb[i], inner);
		for (j = 0; j <= NL_ATTRS_MAX; j++)
			if (inner[j])
				rule_take(inner[j], &policies->rules[i][j]);
	}
}

static bool policies_get(const struct op *op, struct policies *policies)
{
	struct nl_message message;

	memset(policies, 0, sizeof(*policies));
	policies->on_do = policies->on_dump = -1;
	nl_begin(&message, GENL_ID_CTRL, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
	nl_put_text(&message, CTRL_ATTR_FAMILY_NAME, HULL_GENL_NAME);
	nl_put_u32(&message, CTRL_ATTR_OP, op->number);
	return !nl_send(vms_fd, &message, 0, policy_take, policies).error;
}

static uint64_t number(const char *text, uint64_t absent)
{
	return strcmp(text, "-") ? strtoull(text, NULL, 10) : absent;
}

static bool rule_matches(const struct rule *rule, const struct attr *attr)
{
	bool wide = !strcmp(attr->type, "u64");

	if (!strcmp(attr->type, "string"))
		return rule->type == NL_ATTR_TYPE_NUL_STRING &&
		       rule->maxlen == number(attr->maxlen, 0);
	if (rule->type != (wide ? NL_ATTR_TYPE_U64 : NL_ATTR_TYPE_U32))
		return false;
	if (strcmp(attr->mask, "-"))
		return rule->mask == number(attr->mask, 0);
	return rule->min == number(attr->min, 0) &&
	       rule->max == number(attr->max, wide ? UINT64_MAX : UINT32_MAX);
}

static bool takes_exist(const char *set)
{
	int i;

	for (i = 0; i < n_takes; i++)
		if (!strcmp(takes[i].set, set))
			return true;
	return false;
}

/* Does a request have attribute @name of @set? @take: what it takes of that, or "". */
static bool asked(const struct op *op, const char *set, const char *take, const char *name)
{
	int i;

	if (!strcmp(set, "hull")) {
		for (i = 0; i < n_asks; i++)
			if (!strcmp(asks[i].op, op->name) && !strcmp(asks[i].name, name))
				return true;
		return false;
	}
	if (!*take)
		return true;
	for (i = 0; i < n_takes; i++)
		if (!strcmp(takes[i].set, take) && !strcmp(takes[i].name, name))
			return true;
	return false;
}

/* What a request takes of the set @nested: COMMAND-request or SET-ref, SET-request, all. */
static void take_name(const struct op *op, const char *nested, char *take, size_t size)
{
	take[0] = '\0';
	bool subject = !strcmp(nested, "vm") || !strcmp(nested, "group");

	if (subject && takes_exist(op->takes))
		snprintf(take, size, "%s", op->takes);
	else
		snprintf(take, size, "%s-%s", nested, subject ? "ref" : "request");
	if (!takes_exist(take))
		take[0] = '\0';
}

/* Each attribute that one of both knows must be the other's, too. */
static int set_compare(const struct op *op, const char *set, const char *take,
		       const struct policies *policies, unsigned int index, int depth)
{
	const struct rule *rules = policies->rules[index];
	bool wanted[NL_ATTRS_MAX + 1] = { false };
	int i, wrong = 0;
	char inner[48];

	for (i = 0; i < n_attrs; i++) {
		const struct attr *attr = &attrs[i];
		const struct rule *rule = &rules[attr->number % (NL_ATTRS_MAX + 1)];

		if (strcmp(attr->set, set) || !asked(op, set, take, attr->name))
			continue;
		wanted[attr->number % (NL_ATTRS_MAX + 1)] = true;
		if (rule->there && !strcmp(attr->type, "nest") && depth < 4 &&
		    rule->type == NL_ATTR_TYPE_NESTED && rule->nested < MAX_POLICIES) {
			take_name(op, attr->nested, inner, sizeof(inner));
			wrong += set_compare(op, attr->nested, inner, policies, rule->nested,
					     depth + 1);
		} else if (!rule->there || !rule_matches(rule, attr)) {
			tap_note("%s: %s %s: kernel and specification differ", op->name, set,
				 attr->name);
			wrong++;
		}
	}
	for (i = 1; i <= NL_ATTRS_MAX; i++) {
		if (rules[i].there && rules[i].type != NL_ATTR_TYPE_INVALID && !wanted[i]) {
			tap_note("%s: the kernel takes attribute %d of %s, too", op->name, i, set);
			wrong++;
		}
	}
	return wrong;
}

static bool takes_nothing(const struct policies *policies, int index)
{
	int i;

	for (i = 1; index >= 0 && i <= NL_ATTRS_MAX; i++)
		if (policies->rules[index][i].there &&
		    policies->rules[index][i].type != NL_ATTR_TYPE_INVALID)
			return false;
	return true;
}

static bool op_check(const struct op *op)
{
	struct policies policies;
	int index;

	if (!policies_get(op, &policies))
		return false;
	if (!strcmp(op->takes, "-"))
		return takes_nothing(&policies, policies.on_do);
	if ((policies.on_do >= 0) != !strcmp(op->does, "do") ||
	    (policies.on_dump >= 0) != !strcmp(op->dumps, "dump"))
		return false;
	index = policies.on_do >= 0 ? policies.on_do : policies.on_dump;
	return index >= 0 && index < MAX_POLICIES &&
	       !set_compare(op, "hull", "", &policies, (unsigned int)index, 0);
}

/* What the family itself says of its commands. */
struct found {
	uint32_t flags[MAX_OPS];
};

static void ops_take(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *tb[NL_ATTRS_MAX + 1], *list[NL_ATTRS_MAX + 1];
	struct found *found = data;
	int i;

	nl_parse_message(message, tb);
	if (!tb[CTRL_ATTR_OPS])
		return;
	nl_parse_nest(tb[CTRL_ATTR_OPS], list);
	for (i = 0; i <= NL_ATTRS_MAX; i++) {
		if (!list[i])
			continue;
		nl_parse_nest(list[i], tb);
		if (nl_u32(tb[CTRL_ATTR_OP_ID]) < MAX_OPS)
			found->flags[nl_u32(tb[CTRL_ATTR_OP_ID])] = nl_u32(tb[CTRL_ATTR_OP_FLAGS]);
	}
}

static uint32_t flags_of(const struct op *op)
{
	uint32_t flags = GENL_ADMIN_PERM;

	if (strcmp(op->does, "-"))
		flags |= GENL_CMD_CAP_DO;
	if (strcmp(op->dumps, "-"))
		flags |= GENL_CMD_CAP_DUMP;
	return flags == GENL_ADMIN_PERM ? 0 : flags;
}

static bool ops_check(void)
{
	struct nl_message message;
	struct found found = { 0 };
	uint32_t wanted[MAX_OPS] = { 0 };
	bool same = true;
	int i;

	nl_begin(&message, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	nl_put_text(&message, CTRL_ATTR_FAMILY_NAME, HULL_GENL_NAME);
	nl_send(vms_fd, &message, 0, ops_take, &found);
	for (i = 0; i < n_ops; i++)
		wanted[ops[i].number % MAX_OPS] = flags_of(&ops[i]);
	for (i = 0; i < MAX_OPS; i++) {
		if (wanted[i] != (found.flags[i] & ~(uint32_t)GENL_CMD_CAP_HASPOL)) {
			tap_note("command %d: flags %#x, not %#x", i, found.flags[i], wanted[i]);
			same = false;
		}
	}
	return same;
}

int main(int argc, char **argv)
{
	unsigned int checked = 0;
	int i;

	if (!vms_open())
		return tap_skip_all("the module is not loaded");
	if (!spec_read(argc > 1 ? argv[1] : "spec.txt")) {
		printf("Bail out! the specification cannot be read\n");
		return TAP_FAIL;
	}
	for (i = 0; i < n_ops; i++)
		checked += strcmp(ops[i].does, "-") || strcmp(ops[i].dumps, "-");
	tap_plan(checked + 1);
	tap_ok(ops_check(), "the family's commands are those of the specification");
	for (i = 0; i < n_ops; i++)
		if (strcmp(ops[i].does, "-") || strcmp(ops[i].dumps, "-"))
			tap_ok(op_check(&ops[i]), "policy of %s", ops[i].name);
	return tap_end();
}
