// SPDX-License-Identifier: GPL-2.0-only
/* What policies of groups want told, to whoever listens. */

#include <net/net_namespace.h>
#include <hooks/tell.h>
#include <netlink/private.h>

static int group_put(struct sk_buff *skb, const struct hull_verdict_event *event)
{
	struct nlattr *nest = nla_nest_start(skb, HULL_A_GROUP);

	/* The record may be gone by now. */
	if (!nest ||
	    nla_put_u32(skb, HULL_A_GROUP_ID, event->group) ||
	    nla_put_string(skb, HULL_A_GROUP_NAME, event->group_name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int task_put(struct sk_buff *skb, const struct hull_verdict_event *event)
{
	if (nla_put_u32(skb, HULL_A_VERDICT_PID, event->pid) ||
	    nla_put_u32(skb, HULL_A_VERDICT_TID, event->tid) ||
	    nla_put_string(skb, HULL_A_VERDICT_COMM, event->comm) ||
	    nla_put_string(skb, HULL_A_VERDICT_EXE, event->exe))
		return -EMSGSIZE;
	return 0;
}

static int rule_put(struct sk_buff *skb, const struct hull_verdict_event *event)
{
	if (event->line && (nla_put_u32(skb, HULL_A_VERDICT_LINE, event->line) ||
			    nla_put_string(skb, HULL_A_VERDICT_FILE, event->file)))
		return -EMSGSIZE;
	return 0;
}

static int verdict_put(struct sk_buff *skb, const struct hull_verdict_event *event)
{
	struct nlattr *nest = nla_nest_start(skb, HULL_A_VERDICT);

	if (!nest ||
	    nla_put_u64_64bit(skb, HULL_A_VERDICT_TIME, event->time_ns, HULL_A_VERDICT_PAD) ||
	    nla_put_u32(skb, HULL_A_VERDICT_COUNT, event->count) ||
	    task_put(skb, event) ||
	    nla_put_u32(skb, HULL_A_VERDICT_CLASS, event->class) ||
	    nla_put_u32(skb, HULL_A_VERDICT_PERMS, event->perms) ||
	    nla_put_u32(skb, HULL_A_VERDICT_ACTION, event->action) ||
	    nla_put_u32(skb, HULL_A_VERDICT_WOULD, event->would) ||
	    nla_put_u32(skb, HULL_A_VERDICT_ERRNO, event->error) ||
	    rule_put(skb, event) ||
	    nla_put_string(skb, HULL_A_VERDICT_OBJECT, event->object) ||
	    (event->dropped && nla_put_u64_64bit(skb, HULL_A_VERDICT_DROPPED, event->dropped,
						 HULL_A_VERDICT_PAD)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int hull_nl_put_verdict(struct sk_buff *skb, const struct hull_verdict_event *event)
{
	return group_put(skb, event) ?: verdict_put(skb, event);
}

static int event_put(struct sk_buff *skb, const struct hull_verdict_event *event)
{
	void *hdr = genlmsg_put(skb, 0, 0, &hull_genl_family, 0, HULL_CMD_VERDICT_NTF);

	if (!hdr ||
	    nla_put_u32(skb, HULL_A_EVENT, HULL_EVENT_VERDICT) ||
	    hull_nl_put_verdict(skb, event))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

void hull_nl_verdict(const struct hull_verdict_event *event)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&hull_genl_family, &init_net, HULL_MCGRP_AUDIT))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb || event_put(skb, event)) {
		nlmsg_free(skb);
		genl_set_err(&hull_genl_family, &init_net, 0, HULL_MCGRP_AUDIT, ENOBUFS);
		return;
	}
	genlmsg_multicast(&hull_genl_family, skb, 0, HULL_MCGRP_AUDIT, GFP_KERNEL);
}
