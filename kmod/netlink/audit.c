// SPDX-License-Identifier: GPL-2.0-only
/* Audited calls to whoever listens. */

#include <net/net_namespace.h>
#include <netlink/private.h>

static int vm_put(struct sk_buff *skb, const struct hull_audit_event *event)
{
	struct nlattr *nest = nla_nest_start(skb, HULL_A_VM);

	/* The record may be gone by now. */
	if (!nest ||
	    nla_put_u32(skb, HULL_A_VM_ID, event->vm) ||
	    nla_put_string(skb, HULL_A_VM_NAME, event->vm_name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int call_put(struct sk_buff *skb, const struct hull_audit_event *event)
{
	const struct hull_audit_call *call = &event->call;
	struct nlattr *nest = nla_nest_start(skb, HULL_A_AUDIT);
	unsigned int i;

	if (!nest ||
	    nla_put_u64_64bit(skb, HULL_A_AUDIT_TIME, event->time_ns, HULL_A_AUDIT_PAD) ||
	    nla_put_u32(skb, HULL_A_AUDIT_NUMBER, call->number) ||
	    (call->name[0] && nla_put_string(skb, HULL_A_AUDIT_NAME, call->name)) ||
	    (call->vcpu != HULL_AUDIT_NO_VCPU &&
	     nla_put_u32(skb, HULL_A_AUDIT_VCPU, call->vcpu)) ||
	    nla_put_u32(skb, HULL_A_AUDIT_CPL, call->cpl))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(call->arg); i++)
		if (nla_put_u64_64bit(skb, HULL_A_AUDIT_ARG, call->arg[i], HULL_A_AUDIT_PAD))
			return -EMSGSIZE;
	if (nla_put_s64(skb, HULL_A_AUDIT_RESULT, call->result, HULL_A_AUDIT_PAD) ||
	    (event->dropped && nla_put_u64_64bit(skb, HULL_A_AUDIT_DROPPED, event->dropped,
						 HULL_A_AUDIT_PAD)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int event_put(struct sk_buff *skb, const struct hull_audit_event *event)
{
	void *hdr = genlmsg_put(skb, 0, 0, &hull_genl_family, 0, HULL_CMD_AUDIT_NTF);

	if (!hdr ||
	    nla_put_u32(skb, HULL_A_EVENT, HULL_EVENT_HYPERCALL) ||
	    vm_put(skb, event) || call_put(skb, event))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

void hull_nl_audit(const struct hull_audit_event *event)
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
