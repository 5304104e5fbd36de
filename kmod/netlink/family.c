// SPDX-License-Identifier: GPL-2.0-only
/*
 * The family "hull": who may send what, and how a VM or group is found before a
 * command looks at it. Everything is for the administrator of the initial namespaces: what
 * VMs there are and how their guests behave is nobody else's business.
 */

#include <linux/module.h>
#include <compat/netlink.h>
#include <hooks/hooks.h>
#include <hooks/tell.h>
#include <netlink/netlink.h>
#include <netlink/private.h>

/* Not const: 6.1's policies point at it without. */
static struct netlink_range_validation memory_range = {
	.min = PAGE_SIZE,
	.max = HULL_MEMORY_MAX,
};

static struct netlink_range_validation fd_range = {
	.max = INT_MAX,
};

#define POLICY_ID		NLA_POLICY_MIN(NLA_U32, 1)
#define POLICY_NAME		{ .type = NLA_NUL_STRING, .len = HULL_NAME_MAX }
#define POLICY_CPU_WEIGHT	NLA_POLICY_RANGE(NLA_U32, 1, HULL_CPU_WEIGHT_MAX)
#define POLICY_MITIGATIONS	NLA_POLICY_MASK(NLA_U32, HULL_MITIGATIONS_ALL)
#define POLICY_FLAGS		NLA_POLICY_MASK(NLA_U32, HULL_VM_F_ALL)
#define POLICY_GROUP_FLAGS	NLA_POLICY_MASK(NLA_U32, HULL_GROUP_F_ALL)
#define POLICY_LABEL		{ .type = NLA_NUL_STRING, .len = HULL_GROUP_LABEL_MAX }

static const struct nla_policy vm_ref_policy[] = {
	[HULL_A_VM_ID]		= POLICY_ID,
	[HULL_A_VM_NAME]	= POLICY_NAME,
};

static const struct nla_policy vm_new_policy[] = {
	[HULL_A_VM_NAME]	= POLICY_NAME,
	[HULL_A_VM_DOMAIN]	= POLICY_NAME,
	[HULL_A_VM_ENGINE]	= NLA_POLICY_MAX(NLA_U32, HULL_ENGINE_KVM),
	[HULL_A_VM_MEMORY]	= NLA_POLICY_FULL_RANGE(NLA_U64, &memory_range),
	[HULL_A_VM_CPUS]	= NLA_POLICY_RANGE(NLA_U32, 1, HULL_VCPUS_MAX),
	[HULL_A_VM_CPU_WEIGHT]	= POLICY_CPU_WEIGHT,
	[HULL_A_VM_MITIGATIONS]	= POLICY_MITIGATIONS,
	[HULL_A_VM_FLAGS]	= POLICY_FLAGS,
};

static const struct nla_policy vm_set_policy[] = {
	[HULL_A_VM_ID]		= POLICY_ID,
	[HULL_A_VM_NAME]	= POLICY_NAME,
	[HULL_A_VM_STATE]	= NLA_POLICY_RANGE(NLA_U32, HULL_VM_RUNNING, HULL_VM_KILLED),
	[HULL_A_VM_CPU_WEIGHT]	= POLICY_CPU_WEIGHT,
	[HULL_A_VM_MITIGATIONS]	= POLICY_MITIGATIONS,
	[HULL_A_VM_FLAGS]	= POLICY_FLAGS,
};

static const struct nla_policy group_ref_policy[] = {
	[HULL_A_GROUP_ID]	= POLICY_ID,
	[HULL_A_GROUP_NAME]	= POLICY_NAME,
};

static const struct nla_policy group_new_policy[] = {
	[HULL_A_GROUP_NAME]	= POLICY_NAME,
	[HULL_A_GROUP_CGROUP_FD] = NLA_POLICY_FULL_RANGE(NLA_U32, &fd_range),
	[HULL_A_GROUP_FLAGS]	= POLICY_GROUP_FLAGS,
	[HULL_A_GROUP_LABEL]	= POLICY_LABEL,
};

static const struct nla_policy group_set_policy[] = {
	[HULL_A_GROUP_ID]	= POLICY_ID,
	[HULL_A_GROUP_NAME]	= POLICY_NAME,
	[HULL_A_GROUP_FLAGS]	= POLICY_GROUP_FLAGS,
	[HULL_A_GROUP_LABEL]	= POLICY_LABEL,
};

static const struct nla_policy rule_policy[] = {
	[HULL_A_RULE_FIRST]	= { .type = NLA_U32 },
	[HULL_A_RULE_LAST]	= { .type = NLA_U32 },
	[HULL_A_RULE_CPLS]	= NLA_POLICY_RANGE(NLA_U32, 1, 15),
	[HULL_A_RULE_ACTION]	= NLA_POLICY_MAX(NLA_U32, __HULL_POLICY_MAX - 1),
	[HULL_A_RULE_ERRNO]	= NLA_POLICY_RANGE(NLA_U32, 1, MAX_ERRNO),
	[HULL_A_RULE_RATE]	= NLA_POLICY_MIN(NLA_U32, 1),
	[HULL_A_RULE_BURST]	= NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct nla_policy calls_policy[] = {
	[HULL_A_POLICY_RULE] = NLA_POLICY_NESTED(rule_policy),
};

static const struct nla_policy ref_policy[] = {
	[HULL_A_VM] = NLA_POLICY_NESTED(vm_ref_policy),
};

static const struct nla_policy new_policy[] = {
	[HULL_A_VM] = NLA_POLICY_NESTED(vm_new_policy),
	[HULL_A_POLICY] = NLA_POLICY_NESTED(calls_policy),
};

static const struct nla_policy policy_set_policy[] = {
	[HULL_A_VM] = NLA_POLICY_NESTED(vm_ref_policy),
	[HULL_A_POLICY] = NLA_POLICY_NESTED(calls_policy),
};

static const struct nla_policy set_policy[] = {
	[HULL_A_VM] = NLA_POLICY_NESTED(vm_set_policy),
};

static const struct nla_policy group_ref_request[] = {
	[HULL_A_GROUP] = NLA_POLICY_NESTED(group_ref_policy),
};

static const struct nla_policy group_new_request[] = {
	[HULL_A_GROUP] = NLA_POLICY_NESTED(group_new_policy),
};

static const struct nla_policy group_set_request[] = {
	[HULL_A_GROUP] = NLA_POLICY_NESTED(group_set_policy),
};

static const struct nla_policy confine_policy[] = {
	[HULL_A_CONFINE_BLOB_FD] = NLA_POLICY_FULL_RANGE(NLA_U32, &fd_range),
	[HULL_A_CONFINE_ROOT_FD] = NLA_POLICY_FULL_RANGE(NLA_U32, &fd_range),
};

static const struct nla_policy confine_request[] = {
	[HULL_A_GROUP] = NLA_POLICY_NESTED(group_ref_policy),
	[HULL_A_CONFINE] = NLA_POLICY_NESTED(confine_policy),
};

static const struct nla_policy question_policy[] = {
	[HULL_A_QUESTION_ID]	= { .type = NLA_U64 },
	[HULL_A_QUESTION_ALLOW]	= NLA_POLICY_MAX(NLA_U32, 1),
};

static const struct nla_policy answer_request[] = {
	[HULL_A_QUESTION] = NLA_POLICY_NESTED(question_policy),
};

#define TAKES(p)	.policy = p, .maxattr = ARRAY_SIZE(p) - 1

/* A command without a policy takes no attributes at all. */
static const struct genl_ops ops[] = {
	{
		.cmd = HULL_CMD_HOST_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = hull_nl_host_get,
	}, {
		.cmd = HULL_CMD_VM_NEW,
		.flags = GENL_ADMIN_PERM,
		TAKES(new_policy),
		.doit = hull_nl_vm_new,
	}, {
		.cmd = HULL_CMD_VM_GET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_VM,
		TAKES(ref_policy),
		.doit = hull_nl_vm_get,
		.dumpit = hull_nl_vm_dump,
	}, {
		.cmd = HULL_CMD_VM_SET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_VM,
		TAKES(set_policy),
		.doit = hull_nl_vm_set,
	}, {
		.cmd = HULL_CMD_VM_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_VM,
		TAKES(ref_policy),
		.doit = hull_nl_vm_del,
	}, {
		.cmd = HULL_CMD_VM_STATS_GET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_VM,
		TAKES(ref_policy),
		.doit = hull_nl_stats_get,
		.dumpit = hull_nl_stats_dump,
	}, {
		.cmd = HULL_CMD_VM_LOG_GET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_VM,
		TAKES(ref_policy),
		.doit = hull_nl_log_get,
	}, {
		.cmd = HULL_CMD_POLICY_SET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_VM,
		TAKES(policy_set_policy),
		.doit = hull_nl_policy_set,
	}, {
		.cmd = HULL_CMD_POLICY_GET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_VM,
		TAKES(ref_policy),
		.doit = hull_nl_policy_get,
	}, {
		.cmd = HULL_CMD_HYPERCALL_GET,
		.flags = GENL_ADMIN_PERM,
		TAKES(ref_policy),
		.dumpit = hull_nl_hypercall_dump,
		.done = hull_nl_hypercall_done,
	}, {
		.cmd = HULL_CMD_GROUP_NEW,
		.flags = GENL_ADMIN_PERM,
		TAKES(group_new_request),
		.doit = hull_nl_group_new,
	}, {
		.cmd = HULL_CMD_GROUP_GET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_GROUP,
		TAKES(group_ref_request),
		.doit = hull_nl_group_get,
		.dumpit = hull_nl_group_dump,
	}, {
		.cmd = HULL_CMD_GROUP_SET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_GROUP,
		TAKES(group_set_request),
		.doit = hull_nl_group_set,
	}, {
		.cmd = HULL_CMD_GROUP_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_GROUP,
		TAKES(group_ref_request),
		.doit = hull_nl_group_del,
	}, {
		.cmd = HULL_CMD_GROUP_STATS_GET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_GROUP,
		TAKES(group_ref_request),
		.doit = hull_nl_group_stats_get,
		.dumpit = hull_nl_group_stats_dump,
	}, {
		.cmd = HULL_CMD_CONFINE_SET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_GROUP,
		TAKES(confine_request),
		.doit = hull_nl_confine_set,
	}, {
		.cmd = HULL_CMD_CONFINE_GET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_GROUP,
		TAKES(confine_request),
		.doit = hull_nl_confine_get,
	}, {
		.cmd = HULL_CMD_SUPERVISE,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HULL_NL_NEED_GROUP,
		TAKES(group_ref_request),
		.doit = hull_nl_supervise,
	}, {
		.cmd = HULL_CMD_ANSWER,
		.flags = GENL_ADMIN_PERM,
		TAKES(answer_request),
		.doit = hull_nl_answer,
	},
};

static const struct genl_multicast_group groups[] = {
	[HULL_MCGRP_EVENTS] = { .name = HULL_GENL_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
	[HULL_MCGRP_AUDIT] = { .name = HULL_GENL_MCGRP_AUDIT, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

int hull_nl_refuse(struct netlink_ext_ack *extack, const char *why, int error)
{
	/* NL_SET_ERR_MSG() takes literals only; ours are static all the same. */
	if (why && extack) {
		do_trace_netlink_extack(why);
		extack->_msg = why;
	}
	return error;
}

int hull_nl_refuse_nth(struct netlink_ext_ack *extack, const struct nlattr *attr, u32 n,
		       const char *why, int error)
{
	NL_SET_BAD_ATTR(extack, attr);
	hull_extack_nth(extack, n, why);
	return error;
}

struct sk_buff *hull_nl_reply_new(struct genl_info *info, u8 cmd, size_t bytes, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(bytes, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &hull_genl_family, 0, cmd);
	if (*hdr)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

bool hull_nl_name_whole(const struct nlattr *name)
{
	return strlen(nla_data(name)) + 1 == nla_len(name);
}

int hull_nl_confined_refuse(struct netlink_ext_ack *extack)
{
	if (!hull_group_confined())
		return 0;
	NL_SET_ERR_MSG(extack, "a process in a group administers nothing; do it from outside");
	return -EPERM;
}

/* What people are told about a VM or a group that cannot be found. */
static const struct {
	const char *which, *none, *two;
} find_texts[] = {
	[HULL_SUBJECT_VM] = {
		"which VM? give its id or its name", "there is no such VM",
		"id and name are of different VMs",
	},
	[HULL_SUBJECT_GROUP] = {
		"which group? give its id or its name", "there is no such group",
		"id and name are of different groups",
	},
};

static void *refuse_at(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *why,
		       int error)
{
	NL_SET_BAD_ATTR(extack, attr);
	return ERR_PTR(hull_nl_refuse(extack, why, error));
}

/* By id, by name, or by both when they agree. */
static struct hull_subject *look_up(enum hull_subject_kind kind, const struct nlattr *id,
				    const struct nlattr *name, struct netlink_ext_ack *extack)
{
	struct hull_subject *subject;

	if (!id && !name)
		return ERR_PTR(hull_nl_refuse(extack, find_texts[kind].which, -EINVAL));
	if (name && !hull_nl_name_whole(name))
		return refuse_at(extack, name, "the name has a NUL in it", -EINVAL);
	if (id)
		subject = hull_subject_get_by_id(kind, nla_get_u32(id));
	else
		subject = hull_subject_get_by_name(kind, nla_data(name));
	if (!subject)
		return refuse_at(extack, id ?: name, find_texts[kind].none, -ENOENT);
	if (name && strcmp(subject->name, nla_data(name))) {
		hull_subject_put(subject);
		return refuse_at(extack, name, find_texts[kind].two, -EINVAL);
	}
	return subject;
}

static struct hull_subject *vm_look_up(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[HULL_A_VM_MAX + 1];
	int ret;

	if (!attrs || !attrs[HULL_A_VM]) {
		NL_SET_ERR_ATTR_MISS(extack, NULL, HULL_A_VM);
		return ERR_PTR(hull_nl_refuse(extack, find_texts[HULL_SUBJECT_VM].which, -EINVAL));
	}
	/* The command's own policy has looked at the contents already. */
	ret = nla_parse_nested(tb, HULL_A_VM_MAX, attrs[HULL_A_VM], NULL, extack);
	if (ret)
		return ERR_PTR(ret);
	return look_up(HULL_SUBJECT_VM, tb[HULL_A_VM_ID], tb[HULL_A_VM_NAME], extack);
}

static struct hull_subject *group_look_up(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[HULL_A_GROUP_MAX + 1];
	int ret;

	if (!attrs || !attrs[HULL_A_GROUP]) {
		NL_SET_ERR_ATTR_MISS(extack, NULL, HULL_A_GROUP);
		return ERR_PTR(hull_nl_refuse(extack, find_texts[HULL_SUBJECT_GROUP].which,
					      -EINVAL));
	}
	ret = nla_parse_nested(tb, HULL_A_GROUP_MAX, attrs[HULL_A_GROUP], NULL, extack);
	if (ret)
		return ERR_PTR(ret);
	return look_up(HULL_SUBJECT_GROUP, tb[HULL_A_GROUP_ID], tb[HULL_A_GROUP_NAME], extack);
}

struct hull_record *hull_nl_vm_find(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct hull_subject *subject = vm_look_up(attrs, extack);

	return IS_ERR(subject) ? ERR_CAST(subject) : hull_record_of(subject);
}

static int pre_doit(const hull_genl_ops *op, struct sk_buff *skb, struct genl_info *info)
{
	struct hull_subject *subject;
	int ret = hull_nl_confined_refuse(info->extack);

	if (ret)
		return ret;
	if (op->internal_flags & HULL_NL_NEED_VM)
		subject = vm_look_up(info->attrs, info->extack);
	else if (op->internal_flags & HULL_NL_NEED_GROUP)
		subject = group_look_up(info->attrs, info->extack);
	else
		return 0;
	if (IS_ERR(subject))
		return PTR_ERR(subject);
	info->user_ptr[0] = subject;
	return 0;
}

static void post_doit(const hull_genl_ops *op, struct sk_buff *skb, struct genl_info *info)
{
	struct hull_subject *subject = info->user_ptr[0];

	if (subject)
		hull_subject_put(subject);
}

struct genl_family hull_genl_family __ro_after_init = {
	.name = HULL_GENL_NAME,
	.version = HULL_GENL_VERSION,
	.module = THIS_MODULE,
	.parallel_ops = true,		/* core has locks of its own */
	.pre_doit = pre_doit,
	.post_doit = post_doit,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

int hull_netlink_init(void)
{
	int ret = hull_nl_supervise_init();

	if (ret)
		return ret;
	ret = genl_register_family(&hull_genl_family);
	if (ret) {
		hull_nl_supervise_exit();
		return ret;
	}
	hull_hooks_multicast_set(hull_genl_family.mcgrp_offset, hull_genl_family.n_mcgrps);
	hull_record_event_fn_set(hull_nl_event);
	hull_group_event_fn_set(hull_nl_group_event);
	hull_audit_fn_set(hull_nl_audit);
	hull_tell_fn_set(hull_nl_verdict);
	return 0;
}

void hull_netlink_exit(void)
{
	hull_tell_fn_set(NULL);
	hull_audit_fn_set(NULL);
	hull_group_event_fn_set(NULL);
	hull_record_event_fn_set(NULL);
	hull_hooks_multicast_set(0, 0);
	genl_unregister_family(&hull_genl_family);
	hull_nl_supervise_exit();
}
