// SPDX-License-Identifier: GPL-2.0-only
/* What a VM has counted, and what its guest has said. */

#include <linux/slab.h>
#include <netlink/private.h>

static int stats_put(struct sk_buff *skb, struct hull_record *record)
{
	struct hull_stats_sum sum;

	hull_record_stats(record, &sum);
	return hull_nl_put_vm_ref(skb, record) ?: hull_nl_put_stats(skb, &sum);
}

int hull_nl_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *hdr;
	int ret;

	reply = hull_nl_reply_new(info, HULL_CMD_VM_STATS_GET, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!reply)
		return -ENOMEM;
	ret = stats_put(reply, hull_nl_record(info));
	if (ret) {
		nlmsg_free(reply);
		return ret;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

static int stats_dump_put(struct sk_buff *skb, struct hull_subject *subject)
{
	return stats_put(skb, hull_record_of(subject));
}

int hull_nl_stats_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return hull_nl_dump(skb, cb, HULL_CMD_VM_STATS_GET, HULL_SUBJECT_VM, stats_dump_put);
}

static int log_put(struct sk_buff *skb, struct hull_record *record, char *text)
{
	struct hull_log *log = &record->log;
	struct nlattr *nest;
	u64 lines, dropped;

	text[hull_log_read(log, text, HULL_LOG_BYTES)] = '\0';
	spin_lock(&log->lock);
	lines = log->lines;
	dropped = log->dropped;
	spin_unlock(&log->lock);

	nest = nla_nest_start(skb, HULL_A_LOG);
	if (!nest ||
	    nla_put_string(skb, HULL_A_LOG_TEXT, text) ||
	    nla_put_u64_64bit(skb, HULL_A_LOG_LINES, lines, HULL_A_LOG_PAD) ||
	    nla_put_u64_64bit(skb, HULL_A_LOG_DROPPED, dropped, HULL_A_LOG_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int hull_nl_log_get(struct sk_buff *skb, struct genl_info *info)
{
	struct hull_record *record = hull_nl_record(info);
	struct sk_buff *reply;
	char *text;
	void *hdr;
	int ret;

	text = kmalloc(HULL_LOG_BYTES + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ret = -ENOMEM;
	reply = hull_nl_reply_new(info, HULL_CMD_VM_LOG_GET,
				  HULL_LOG_BYTES + GENLMSG_DEFAULT_SIZE, &hdr);
	if (!reply)
		goto out_free;
	ret = hull_nl_put_vm_ref(reply, record) ?: log_put(reply, record, text);
	if (ret) {
		nlmsg_free(reply);
		goto out_free;
	}
	genlmsg_end(reply, hdr);
	ret = genlmsg_reply(reply, info);
out_free:
	kfree(text);
	return ret;
}
