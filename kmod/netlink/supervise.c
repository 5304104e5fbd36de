// SPDX-License-Identifier: GPL-2.0-only
/* Questions of groups to their supervisors, and the answers. */

#include <linux/netlink.h>
#include <linux/notifier.h>
#include <net/net_namespace.h>
#include <hooks/ask.h>
#include <hooks/tell.h>
#include <netlink/private.h>

static int question_put(struct sk_buff *skb, u64 question, u32 ms,
			const struct hull_verdict_event *event)
{
	void *hdr = genlmsg_put(skb, 0, 0, &hull_genl_family, 0, HULL_CMD_QUESTION_NTF);
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, HULL_A_QUESTION);
	if (!nest || nla_put_u64_64bit(skb, HULL_A_QUESTION_ID, question, HULL_A_QUESTION_PAD) ||
	    nla_put_u32(skb, HULL_A_QUESTION_TIMEOUT, ms))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	if (hull_nl_put_verdict(skb, event))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

/* In a task of the group; a supervisor that does not read what it is sent is not waited for. */
static int question_send(u32 port, u64 question, u32 ms, const struct hull_verdict_event *event)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!skb)
		return -ENOMEM;
	if (question_put(skb, question, ms, event)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	return genlmsg_unicast(&init_net, skb, port);
}

int hull_nl_supervise(struct sk_buff *skb, struct genl_info *info)
{
	const char *why;
	int ret = hull_supervise(hull_nl_group(info), info->snd_portid, &why);

	return hull_nl_refuse(info->extack, why, ret);
}

int hull_nl_answer(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[HULL_A_QUESTION_MAX + 1], *nest = info->attrs[HULL_A_QUESTION];
	int ret;

	if (!nest)
		return hull_nl_refuse(info->extack, "an answer to which question?", -EINVAL);
	ret = nla_parse_nested(tb, HULL_A_QUESTION_MAX, nest, NULL, info->extack);
	if (ret)
		return ret;
	if (!tb[HULL_A_QUESTION_ID] || !tb[HULL_A_QUESTION_ALLOW])
		return hull_nl_refuse(info->extack, "an answer needs the question's id, and allow",
				      -EINVAL);
	ret = hull_supervise_answer(nla_get_u64(tb[HULL_A_QUESTION_ID]),
				    nla_get_u32(tb[HULL_A_QUESTION_ALLOW]));
	return hull_nl_refuse(info->extack, ret ? "nobody waits for this answer any more" : NULL,
			      ret);
}

/* A supervisor's socket is closed, by whatever ended it. */
static int on_netlink(struct notifier_block *block, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC &&
	    net_eq(notify->net, &init_net))
		hull_supervise_end(notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = on_netlink };

int hull_nl_supervise_init(void)
{
	int ret = netlink_register_notifier(&notifier);

	if (!ret)
		hull_ask_fn_set(question_send);
	return ret;
}

/* The family is gone: nobody becomes a supervisor any more. */
void hull_nl_supervise_exit(void)
{
	hull_ask_fn_set(NULL);
	netlink_unregister_notifier(&notifier);
}
