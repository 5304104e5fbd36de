// SPDX-License-Identifier: GPL-2.0-only
/* Records of groups. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <lib/netlink.h>

static int group_take(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	if (!tb[HULL_A_GROUP])
		return hull_error_set(error, EPROTO, "the kernel's answer has no group");
	return hull_group_parse(tb[HULL_A_GROUP], data, error);
}

int hull_group_parse(const struct nlattr *nest, struct hull_group_info *group,
		     struct hull_error *error)
{
	struct nlattr *tb[HULL_A_GROUP_MAX + 1];

	hull_nest_parse(nest, tb, HULL_A_GROUP_MAX);
	group->id = hull_attr_u32(tb[HULL_A_GROUP_ID]);
	if (!group->id)
		return hull_error_set(error, EPROTO, "the kernel's answer has no group id");
	hull_attr_text(tb[HULL_A_GROUP_NAME], group->name, sizeof(group->name));
	hull_attr_text(tb[HULL_A_GROUP_LABEL], group->label, sizeof(group->label));
	hull_attr_text(tb[HULL_A_GROUP_PATH], group->path, sizeof(group->path));
	group->state = hull_attr_u32(tb[HULL_A_GROUP_STATE]);
	group->flags = hull_attr_u32(tb[HULL_A_GROUP_FLAGS]);
	group->parent = hull_attr_u32(tb[HULL_A_GROUP_PARENT]);
	group->cgroup_id = hull_attr_u64(tb[HULL_A_GROUP_CGROUP_ID]);
	group->created = hull_attr_u64(tb[HULL_A_GROUP_CREATED]);
	group->started = hull_attr_u64(tb[HULL_A_GROUP_STARTED]);
	return 0;
}

static int group_add(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct hull_group_info *group = hull_array_add(data);

	if (!group)
		return hull_error_set(error, ENOMEM, "out of memory");
	return group_take(tb, group, error);
}

struct nlmsghdr *hull_request_group(struct hull_client *client, uint8_t cmd,
				    const struct hull_ref *ref, struct nlattr **nest)
{
	struct nlmsghdr *request = hull_request(client, cmd, 0);

	*nest = mnl_attr_nest_start(request, HULL_A_GROUP);
	if (ref->id)
		mnl_attr_put_u32(request, HULL_A_GROUP_ID, ref->id);
	if (ref->name)
		mnl_attr_put_strz(request, HULL_A_GROUP_NAME, ref->name);
	return request;
}

int hull_group_new(struct hull_client *client, const struct hull_group_new *new,
		   struct hull_group_info *group, struct hull_error *error)
{
	struct nlmsghdr *request = hull_request(client, HULL_CMD_GROUP_NEW, 0);
	struct nlattr *nest = mnl_attr_nest_start(request, HULL_A_GROUP);

	mnl_attr_put_strz(request, HULL_A_GROUP_NAME, new->name);
	mnl_attr_put_u32(request, HULL_A_GROUP_CGROUP_FD, (uint32_t)new->cgroup_fd);
	if (new->flags)
		mnl_attr_put_u32(request, HULL_A_GROUP_FLAGS, new->flags);
	if (new->label)
		mnl_attr_put_strz(request, HULL_A_GROUP_LABEL, new->label);
	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, group_take, group, NULL, error);
}

int hull_group_get(struct hull_client *client, const struct hull_ref *ref,
		   struct hull_group_info *group, struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_group(client, HULL_CMD_GROUP_GET, ref, &nest);

	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, group_take, group, NULL, error);
}

int hull_group_list(struct hull_client *client, struct hull_group_info **groups, size_t *n,
		    struct hull_error *error)
{
	struct hull_array array = { .size = sizeof(**groups) };

	if (hull_dump(client, HULL_CMD_GROUP_GET, group_add, &array, error))
		return -1;
	*groups = array.items;
	*n = array.n;
	return 0;
}

int hull_group_set(struct hull_client *client, const struct hull_ref *ref,
		   const struct hull_group_change *change, struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_group(client, HULL_CMD_GROUP_SET, ref, &nest);

	if (change->flags)
		mnl_attr_put_u32(request, HULL_A_GROUP_FLAGS, *change->flags);
	if (change->label)
		mnl_attr_put_strz(request, HULL_A_GROUP_LABEL, change->label);
	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, NULL, NULL, NULL, error);
}

int hull_group_delete(struct hull_client *client, const struct hull_ref *ref,
		      struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_group(client, HULL_CMD_GROUP_DEL, ref, &nest);

	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, NULL, NULL, NULL, error);
}

static void signal_take(const struct nlattr *nest, struct hull_group_stats *stats)
{
	struct nlattr *tb[HULL_A_GROUP_SIGNAL_MAX + 1];
	uint32_t number;

	hull_nest_parse(nest, tb, HULL_A_GROUP_SIGNAL_MAX);
	number = hull_attr_u32(tb[HULL_A_GROUP_SIGNAL_NUMBER]);
	if (number <= HULL_SIGNALS_MAX)
		stats->signals[number] = hull_attr_u64(tb[HULL_A_GROUP_SIGNAL_COUNT]);
}

static int stats_take(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct nlattr *sub[HULL_A_GROUP_STATS_MAX + 1], *attr;
	struct hull_group_stats *stats = data;
	struct hull_group_info group;

	if (!tb[HULL_A_GROUP] || !tb[HULL_A_GROUP_STATS])
		return hull_error_set(error, EPROTO, "the kernel's answer has no counters");
	if (hull_group_parse(tb[HULL_A_GROUP], &group, error))
		return -1;
	hull_nest_parse(tb[HULL_A_GROUP_STATS], sub, HULL_A_GROUP_STATS_MAX);
	*stats = (struct hull_group_stats){
		.id = group.id,
		.forks = hull_attr_u64(sub[HULL_A_GROUP_STATS_FORKS]),
		.threads = hull_attr_u64(sub[HULL_A_GROUP_STATS_THREADS]),
		.execs = hull_attr_u64(sub[HULL_A_GROUP_STATS_EXECS]),
		.exits = hull_attr_u64(sub[HULL_A_GROUP_STATS_EXITS]),
		.failed = hull_attr_u64(sub[HULL_A_GROUP_STATS_FAILED]),
		.oom_kills = hull_attr_u64(sub[HULL_A_GROUP_STATS_OOM_KILLS]),
		.allowed = hull_attr_u64(sub[HULL_A_GROUP_STATS_ALLOWED]),
		.denied = hull_attr_u64(sub[HULL_A_GROUP_STATS_DENIED]),
		.audited = hull_attr_u64(sub[HULL_A_GROUP_STATS_AUDITED]),
		.asked = hull_attr_u64(sub[HULL_A_GROUP_STATS_ASKED]),
		.limited = hull_attr_u64(sub[HULL_A_GROUP_STATS_LIMITED]),
		.killed = hull_attr_u64(sub[HULL_A_GROUP_STATS_KILLED]),
	};
	memcpy(stats->name, group.name, sizeof(stats->name));
	mnl_attr_for_each_nested(attr, tb[HULL_A_GROUP_STATS])
		if (mnl_attr_get_type(attr) == HULL_A_GROUP_STATS_SIGNAL)
			signal_take(attr, stats);
	return 0;
}

static int stats_add(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct hull_group_stats *stats = hull_array_add(data);

	if (!stats)
		return hull_error_set(error, ENOMEM, "out of memory");
	return stats_take(tb, stats, error);
}

int hull_group_stats(struct hull_client *client, const struct hull_ref *ref,
		     struct hull_group_stats *stats, struct hull_error *error)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_group(client, HULL_CMD_GROUP_STATS_GET, ref, &nest);

	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, stats_take, stats, NULL, error);
}

int hull_group_stats_list(struct hull_client *client, struct hull_group_stats **stats, size_t *n,
			  struct hull_error *error)
{
	struct hull_array array = { .size = sizeof(**stats) };

	if (hull_dump(client, HULL_CMD_GROUP_STATS_GET, stats_add, &array, error))
		return -1;
	*stats = array.items;
	*n = array.n;
	return 0;
}
