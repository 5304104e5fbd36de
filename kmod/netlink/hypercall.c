// SPDX-License-Identifier: GPL-2.0-only
/* What a VM's guest has called, number by number. */

#include <compat/netlink.h>
#include <hypercall/stats.h>
#include <netlink/private.h>

/* Of a dump: cb->args */
enum { ARG_RECORD, ARG_NUMBER };

/* Found by the dump's first part: a refusal before that would be without a sentence. */
static struct hull_record *dump_record(struct netlink_callback *cb)
{
	struct hull_record *record = (void *)cb->args[ARG_RECORD];

	if (record)
		return record;
	record = hull_nl_vm_find(hull_genl_dump_attrs(cb), cb->extack);
	if (!IS_ERR(record))
		cb->args[ARG_RECORD] = (long)record;
	return record;
}

int hull_nl_hypercall_done(struct netlink_callback *cb)
{
	struct hull_record *record = (void *)cb->args[ARG_RECORD];

	if (record)
		hull_subject_put(&record->subject);
	return 0;
}

static int call_put(struct sk_buff *skb, u32 number, const char *name,
		    const struct hull_call_stats *sum)
{
	struct nlattr *nest = nla_nest_start(skb, HULL_A_HYPERCALL);

	if (!nest ||
	    nla_put_u32(skb, HULL_A_HYPERCALL_NUMBER, HULL_HYPERCALL_BASE + number) ||
	    (name && nla_put_string(skb, HULL_A_HYPERCALL_NAME, name)) ||
	    nla_put_u64_64bit(skb, HULL_A_HYPERCALL_CALLS, sum->calls, HULL_A_HYPERCALL_PAD) ||
	    nla_put_u64_64bit(skb, HULL_A_HYPERCALL_DENIED, sum->denied,
			      HULL_A_HYPERCALL_PAD) ||
	    nla_put_u64_64bit(skb, HULL_A_HYPERCALL_ERRORS, sum->errors,
			      HULL_A_HYPERCALL_PAD) ||
	    nla_put_u64_64bit(skb, HULL_A_HYPERCALL_BYTES, sum->bytes, HULL_A_HYPERCALL_PAD) ||
	    nla_put(skb, HULL_A_HYPERCALL_LATENCY, sizeof(sum->latency), sum->latency))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* 0, also when there is nothing to tell of @number; -EMSGSIZE */
static int dump_one(struct sk_buff *skb, struct netlink_callback *cb, struct hull_record *record,
		    u32 number)
{
	struct hull_call_stats sum = { };
	char name[HULL_AUDIT_NAME_MAX + 1];
	bool named, called;
	void *hdr;

	called = hull_call_stats_get(record, number, &sum);
	named = hull_call_name(record, number, called, name, sizeof(name));
	if (!named && !called)
		return 0;
	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &hull_genl_family,
			  NLM_F_MULTI, HULL_CMD_HYPERCALL_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (hull_nl_put_vm_ref(skb, record) || call_put(skb, number, named ? name : NULL, &sum)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int hull_nl_hypercall_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	u32 number = cb->args[ARG_NUMBER];
	struct hull_record *record;
	int ret;

	ret = hull_nl_confined_refuse(cb->extack);
	if (ret)
		return ret;
	record = dump_record(cb);
	if (IS_ERR(record))
		return PTR_ERR(record);
	for (; number < HULL_HYPERCALL_NUMBERS; number++) {
		ret = dump_one(skb, cb, record, number);
		if (ret)
			break;
	}
	cb->args[ARG_NUMBER] = number;
	return skb->len ?: ret;
}
