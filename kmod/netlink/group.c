// SPDX-License-Identifier: GPL-2.0-only
/* Commands on groups, and their events. */

#include <netlink/private.h>

int hull_nl_put_group_ref(struct sk_buff *skb, const struct hull_group *group)
{
	struct nlattr *nest = nla_nest_start(skb, HULL_A_GROUP);

	if (!nest ||
	    nla_put_u32(skb, HULL_A_GROUP_ID, group->subject.id) ||
	    nla_put_string(skb, HULL_A_GROUP_NAME, group->subject.name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* All of a group; its lock is held. */
static int group_put_locked(struct sk_buff *skb, struct hull_subject *subject)
{
	struct hull_group *group = hull_group_from(subject);
	u32 parent = hull_group_parent_id(group);
	u64 started = atomic64_read(&group->started);
	struct nlattr *nest;

	lockdep_assert_held(&group->lock);
	nest = nla_nest_start(skb, HULL_A_GROUP);
	if (!nest ||
	    nla_put_u32(skb, HULL_A_GROUP_ID, group->subject.id) ||
	    nla_put_string(skb, HULL_A_GROUP_NAME, group->subject.name) ||
	    nla_put_u32(skb, HULL_A_GROUP_STATE, hull_group_state(group)) ||
	    nla_put_u32(skb, HULL_A_GROUP_FLAGS, group->config.flags) ||
	    (group->config.label[0] &&
	     nla_put_string(skb, HULL_A_GROUP_LABEL, group->config.label)) ||
	    nla_put_u64_64bit(skb, HULL_A_GROUP_CGROUP_ID, group->cgroup_id, HULL_A_GROUP_PAD) ||
	    nla_put_string(skb, HULL_A_GROUP_PATH, group->path) ||
	    (parent && nla_put_u32(skb, HULL_A_GROUP_PARENT, parent)) ||
	    nla_put_u64_64bit(skb, HULL_A_GROUP_CREATED, group->created, HULL_A_GROUP_PAD) ||
	    (started &&
	     nla_put_u64_64bit(skb, HULL_A_GROUP_STARTED, started, HULL_A_GROUP_PAD)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int group_put(struct sk_buff *skb, struct hull_subject *subject)
{
	struct hull_group *group = hull_group_from(subject);
	int ret;

	mutex_lock(&group->lock);
	ret = group_put_locked(skb, subject);
	mutex_unlock(&group->lock);
	return ret;
}

void hull_nl_group_event(struct hull_group *group, enum hull_event_kind kind)
{
	hull_nl_event_send(HULL_CMD_GROUP_NTF, kind, &group->subject, group_put_locked);
}

static int config_parse(struct hull_group_config *config, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	struct nlattr *name = tb[HULL_A_GROUP_NAME], *label = tb[HULL_A_GROUP_LABEL];

	memset(config, 0, sizeof(*config));
	if (name && !hull_nl_name_whole(name)) {
		NL_SET_ERR_MSG_ATTR(extack, name, "the name has a NUL in it");
		return -EINVAL;
	}
	if (label && !hull_nl_name_whole(label)) {
		NL_SET_ERR_MSG_ATTR(extack, label, "the label has a NUL in it");
		return -EINVAL;
	}
	if (name)
		nla_strscpy(config->name, name, sizeof(config->name));
	if (label)
		nla_strscpy(config->label, label, sizeof(config->label));
	if (tb[HULL_A_GROUP_FLAGS])
		config->flags = nla_get_u32(tb[HULL_A_GROUP_FLAGS]);
	return 0;
}

static int new_parse(struct hull_group_config *config, int *fd, struct genl_info *info)
{
	struct nlattr *tb[HULL_A_GROUP_MAX + 1], *nest = info->attrs[HULL_A_GROUP];
	int ret;

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, HULL_A_GROUP);
		return hull_nl_refuse(info->extack, "a new group needs a name and a cgroup",
				      -EINVAL);
	}
	ret = nla_parse_nested(tb, HULL_A_GROUP_MAX, nest, NULL, info->extack);
	if (ret)
		return ret;
	if (!tb[HULL_A_GROUP_NAME]) {
		NL_SET_ERR_ATTR_MISS(info->extack, nest, HULL_A_GROUP_NAME);
		return hull_nl_refuse(info->extack, "a new group needs a name", -EINVAL);
	}
	if (!tb[HULL_A_GROUP_CGROUP_FD]) {
		NL_SET_ERR_ATTR_MISS(info->extack, nest, HULL_A_GROUP_CGROUP_FD);
		return hull_nl_refuse(info->extack,
				      "a new group needs a descriptor of its cgroup's directory",
				      -EINVAL);
	}
	*fd = nla_get_u32(tb[HULL_A_GROUP_CGROUP_FD]);
	return config_parse(config, tb, info->extack);
}

int hull_nl_group_new(struct sk_buff *skb, struct genl_info *info)
{
	struct hull_group_config config;
	struct hull_group *group;
	struct sk_buff *reply;
	const char *why;
	void *hdr;
	int ret, fd;

	ret = new_parse(&config, &fd, info);
	if (ret)
		return ret;
	/* All that can fail for want of memory comes before the group exists. */
	reply = hull_nl_reply_new(info, HULL_CMD_GROUP_NEW, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!reply)
		return -ENOMEM;
	group = hull_group_create(&config, fd, &why);
	if (IS_ERR(group)) {
		nlmsg_free(reply);
		return hull_nl_refuse(info->extack, why, PTR_ERR(group));
	}
	ret = group_put(reply, &group->subject);
	hull_subject_put(&group->subject);
	if (ret) {
		nlmsg_free(reply);
		return ret;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

static int reply_put(struct genl_info *info, u8 cmd,
		     int (*put)(struct sk_buff *skb, struct hull_subject *subject))
{
	struct sk_buff *reply;
	void *hdr;
	int ret;

	reply = hull_nl_reply_new(info, cmd, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!reply)
		return -ENOMEM;
	ret = put(reply, &hull_nl_group(info)->subject);
	if (ret) {
		nlmsg_free(reply);
		return ret;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

int hull_nl_group_get(struct sk_buff *skb, struct genl_info *info)
{
	return reply_put(info, HULL_CMD_GROUP_GET, group_put);
}

int hull_nl_group_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return hull_nl_dump(skb, cb, HULL_CMD_GROUP_GET, HULL_SUBJECT_GROUP, group_put);
}

int hull_nl_group_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[HULL_A_GROUP_MAX + 1];
	struct hull_group_config config;
	const char *why;
	u32 which = 0;
	int ret;

	ret = nla_parse_nested(tb, HULL_A_GROUP_MAX, info->attrs[HULL_A_GROUP], NULL, info->extack);
	if (!ret)
		ret = config_parse(&config, tb, info->extack);
	if (ret)
		return ret;
	if (tb[HULL_A_GROUP_FLAGS])
		which |= HULL_GROUP_SET_FLAGS;
	if (tb[HULL_A_GROUP_LABEL])
		which |= HULL_GROUP_SET_LABEL;
	if (!which)
		return hull_nl_refuse(info->extack, "nothing to change", -EINVAL);
	ret = hull_group_set(hull_nl_group(info), which, &config, &why);
	return hull_nl_refuse(info->extack, why, ret);
}

int hull_nl_group_del(struct sk_buff *skb, struct genl_info *info)
{
	const char *why;
	int ret = hull_group_delete(hull_nl_group(info), &why);

	return hull_nl_refuse(info->extack, why, ret);
}

static const u32 count_attrs[__HULL_COUNT_MAX] = {
	[HULL_COUNT_FORKS] = HULL_A_GROUP_STATS_FORKS,
	[HULL_COUNT_THREADS] = HULL_A_GROUP_STATS_THREADS,
	[HULL_COUNT_EXECS] = HULL_A_GROUP_STATS_EXECS,
	[HULL_COUNT_EXITS] = HULL_A_GROUP_STATS_EXITS,
	[HULL_COUNT_FAILED] = HULL_A_GROUP_STATS_FAILED,
	[HULL_COUNT_OOM_KILLS] = HULL_A_GROUP_STATS_OOM_KILLS,
	[HULL_COUNT_ALLOWED] = HULL_A_GROUP_STATS_ALLOWED,
	[HULL_COUNT_DENIED] = HULL_A_GROUP_STATS_DENIED,
	[HULL_COUNT_AUDITED] = HULL_A_GROUP_STATS_AUDITED,
	[HULL_COUNT_ASKED] = HULL_A_GROUP_STATS_ASKED,
	[HULL_COUNT_LIMITED] = HULL_A_GROUP_STATS_LIMITED,
	[HULL_COUNT_KILLED] = HULL_A_GROUP_STATS_KILLED,
};

static int signal_put(struct sk_buff *skb, u32 number, u64 count)
{
	struct nlattr *nest = nla_nest_start(skb, HULL_A_GROUP_STATS_SIGNAL);

	if (!nest ||
	    nla_put_u32(skb, HULL_A_GROUP_SIGNAL_NUMBER, number) ||
	    nla_put_u64_64bit(skb, HULL_A_GROUP_SIGNAL_COUNT, count, HULL_A_GROUP_SIGNAL_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int stats_put(struct sk_buff *skb, struct hull_subject *subject)
{
	struct hull_group *group = hull_group_from(subject);
	struct hull_group_sum sum;
	struct nlattr *nest;
	u32 i;

	hull_group_stats(group, &sum);
	if (hull_nl_put_group_ref(skb, group))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, HULL_A_GROUP_STATS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < __HULL_COUNT_MAX; i++)
		if (nla_put_u64_64bit(skb, count_attrs[i], sum.n[i], HULL_A_GROUP_STATS_PAD))
			return -EMSGSIZE;
	for (i = 1; i <= _NSIG; i++)
		if (sum.signals[i] && signal_put(skb, i, sum.signals[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int hull_nl_group_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	return reply_put(info, HULL_CMD_GROUP_STATS_GET, stats_put);
}

int hull_nl_group_stats_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return hull_nl_dump(skb, cb, HULL_CMD_GROUP_STATS_GET, HULL_SUBJECT_GROUP, stats_put);
}
