// SPDX-License-Identifier: GPL-2.0-only
/* Events to whoever listens. A VM's own come in order: its lock is held. */

#include <net/net_namespace.h>
#include <netlink/private.h>

static int event_put(struct sk_buff *skb, struct hull_record *record, enum hull_event_kind kind)
{
	void *hdr = genlmsg_put(skb, 0, 0, &hull_genl_family, 0, HULL_CMD_VM_NTF);

	if (!hdr ||
	    nla_put_u32(skb, HULL_A_EVENT, kind) ||
	    hull_nl_put_vm(skb, record, &init_pid_ns, false))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

void hull_nl_event(struct hull_record *record, enum hull_event_kind kind)
{
	struct sk_buff *skb;

	lockdep_assert_held(&record->lock);
	if (!genl_has_listeners(&hull_genl_family, &init_net, HULL_MCGRP_EVENTS))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb || event_put(skb, record, kind)) {
		nlmsg_free(skb);
		/* Their next read says that something was lost. */
		genl_set_err(&hull_genl_family, &init_net, 0, HULL_MCGRP_EVENTS, ENOBUFS);
		return;
	}
	genlmsg_multicast(&hull_genl_family, skb, 0, HULL_MCGRP_EVENTS, GFP_KERNEL);
}
