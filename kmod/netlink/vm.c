// SPDX-License-Identifier: GPL-2.0-only
/* Commands on VMs. */

#include <compat/netlink.h>
#include <netlink/private.h>
#include <policy/policy.h>

static int vm_put(struct sk_buff *skb, struct hull_record *record)
{
	int ret;

	mutex_lock(&record->lock);
	ret = hull_nl_put_vm(skb, record, task_active_pid_ns(current), true);
	mutex_unlock(&record->lock);
	return ret;
}

static u32 attr_u32(const struct nlattr *attr, u32 absent)
{
	return attr ? nla_get_u32(attr) : absent;
}

static void config_parse(struct hull_vm_config *config, struct nlattr **tb)
{
	memset(config, 0, sizeof(*config));
	nla_strscpy(config->name, tb[HULL_A_VM_NAME], sizeof(config->name));
	if (tb[HULL_A_VM_DOMAIN])
		nla_strscpy(config->domain, tb[HULL_A_VM_DOMAIN], sizeof(config->domain));
	config->engine = attr_u32(tb[HULL_A_VM_ENGINE], HULL_ENGINE_VMX);
	config->memory = tb[HULL_A_VM_MEMORY] ? nla_get_u64(tb[HULL_A_VM_MEMORY]) : 0;
	config->cpus = attr_u32(tb[HULL_A_VM_CPUS], 1);
	config->cpu_weight = attr_u32(tb[HULL_A_VM_CPU_WEIGHT], 100);
	config->mitigations = attr_u32(tb[HULL_A_VM_MITIGATIONS], HULL_MITIGATIONS_ALL);
	config->flags = attr_u32(tb[HULL_A_VM_FLAGS], 0);
}

int hull_nl_vm_new(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[HULL_A_VM_MAX + 1], *vm = info->attrs[HULL_A_VM];
	struct hull_policy *policy = NULL;
	struct hull_vm_config config;
	struct hull_record *record;
	struct sk_buff *reply;
	const char *why;
	void *hdr;
	int ret;

	if (!vm) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, HULL_A_VM);
		return hull_nl_refuse(info->extack, "a new VM needs a name", -EINVAL);
	}
	ret = nla_parse_nested(tb, HULL_A_VM_MAX, vm, NULL, info->extack);
	if (ret)
		return ret;
	if (!tb[HULL_A_VM_NAME]) {
		NL_SET_ERR_ATTR_MISS(info->extack, vm, HULL_A_VM_NAME);
		return hull_nl_refuse(info->extack, "a new VM needs a name", -EINVAL);
	}
	if (!hull_nl_name_whole(tb[HULL_A_VM_NAME])) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[HULL_A_VM_NAME], "the name has a NUL in it");
		return -EINVAL;
	}
	if (tb[HULL_A_VM_DOMAIN] && !hull_nl_name_whole(tb[HULL_A_VM_DOMAIN])) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[HULL_A_VM_DOMAIN], "the name has a NUL in it");
		return -EINVAL;
	}
	config_parse(&config, tb);
	if (info->attrs[HULL_A_POLICY]) {
		policy = hull_nl_policy_parse(info->attrs[HULL_A_POLICY], info->extack);
		if (IS_ERR(policy))
			return PTR_ERR(policy);
	}

	/* All that can fail for want of memory comes before the VM exists. */
	reply = hull_nl_reply_new(info, HULL_CMD_VM_NEW, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!reply) {
		if (policy)
			hull_policy_put(policy);
		return -ENOMEM;
	}
	record = hull_record_create(&config, policy, false, &why);
	if (IS_ERR(record)) {
		nlmsg_free(reply);
		return hull_nl_refuse(info->extack, why, PTR_ERR(record));
	}
	ret = vm_put(reply, record);
	hull_subject_put(&record->subject);
	if (ret) {
		nlmsg_free(reply);
		return ret;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

int hull_nl_vm_get(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *hdr;
	int ret;

	reply = hull_nl_reply_new(info, HULL_CMD_VM_GET, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!reply)
		return -ENOMEM;
	ret = vm_put(reply, hull_nl_record(info));
	if (ret) {
		nlmsg_free(reply);
		return ret;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

int hull_nl_vm_set(struct sk_buff *skb, struct genl_info *info)
{
	struct hull_record *record = hull_nl_record(info);
	struct nlattr *tb[HULL_A_VM_MAX + 1];
	struct hull_vm_config config = { };
	const char *why = NULL;
	u32 which = 0;
	int ret;

	ret = nla_parse_nested(tb, HULL_A_VM_MAX, info->attrs[HULL_A_VM], NULL, info->extack);
	if (ret)
		return ret;
	if (tb[HULL_A_VM_CPU_WEIGHT])
		which |= HULL_SET_CPU_WEIGHT;
	if (tb[HULL_A_VM_MITIGATIONS])
		which |= HULL_SET_MITIGATIONS;
	if (tb[HULL_A_VM_FLAGS])
		which |= HULL_SET_FLAGS;

	if (!which && !tb[HULL_A_VM_STATE])
		return hull_nl_refuse(info->extack, "nothing to change", -EINVAL);
	if (which && tb[HULL_A_VM_STATE])
		return hull_nl_refuse(info->extack,
				      "settings and state change one at a time", -EINVAL);

	if (which) {
		config.cpu_weight = attr_u32(tb[HULL_A_VM_CPU_WEIGHT], 0);
		config.mitigations = attr_u32(tb[HULL_A_VM_MITIGATIONS], 0);
		config.flags = attr_u32(tb[HULL_A_VM_FLAGS], 0);
		ret = hull_record_set(record, which, &config, &why);
	} else {
		ret = hull_record_state_set(record, nla_get_u32(tb[HULL_A_VM_STATE]), &why);
	}
	return hull_nl_refuse(info->extack, why, ret);
}

int hull_nl_vm_del(struct sk_buff *skb, struct genl_info *info)
{
	const char *why;
	int ret = hull_record_delete(hull_nl_record(info), &why);

	return hull_nl_refuse(info->extack, why, ret);
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		    struct hull_subject *subject,
		    int (*put)(struct sk_buff *skb, struct hull_subject *subject))
{
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &hull_genl_family,
			  NLM_F_MULTI, cmd);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (put(skb, subject)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int hull_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		 enum hull_subject_kind kind,
		 int (*put)(struct sk_buff *skb, struct hull_subject *subject))
{
	/* There is room for no other attributes than the command's own. */
	int nest = kind == HULL_SUBJECT_VM ? HULL_A_VM : HULL_A_GROUP;
	struct nlattr **attrs = hull_genl_dump_attrs(cb);
	struct hull_subject *subject;
	u32 id = cb->args[0];
	int ret = hull_nl_confined_refuse(cb->extack);

	if (ret)
		return ret;
	if (attrs && attrs[nest]) {
		NL_SET_ERR_MSG(cb->extack, "a dump shows all there are; it takes no attributes");
		return -EINVAL;
	}
	cb->seq = hull_subject_generation();
	while ((subject = hull_subject_get_next(kind, id))) {
		ret = dump_one(skb, cb, cmd, subject, put);
		if (!ret)
			id = subject->id;
		hull_subject_put(subject);
		if (ret)
			break;
	}
	cb->args[0] = id;
	/* What came or went during this very call shows in the next header. */
	cb->seq = hull_subject_generation();
	return skb->len ?: ret;
}

static int vm_dump_put(struct sk_buff *skb, struct hull_subject *subject)
{
	return vm_put(skb, hull_record_of(subject));
}

int hull_nl_vm_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return hull_nl_dump(skb, cb, HULL_CMD_VM_GET, HULL_SUBJECT_VM, vm_dump_put);
}
