// SPDX-License-Identifier: GPL-2.0-only
/* Events to whoever listens. Those of one VM or group come in order: its lock is held. */

#include <net/net_namespace.h>
#include <netlink/private.h>

static int event_put(struct sk_buff *skb, u8 cmd, enum hull_event_kind kind,
		     struct hull_subject *subject,
		     int (*put)(struct sk_buff *skb, struct hull_subject *subject))
{
	void *hdr = genlmsg_put(skb, 0, 0, &hull_genl_family, 0, cmd);

	if (!hdr || nla_put_u32(skb, HULL_A_EVENT, kind) || put(skb, subject))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

void hull_nl_event_send(u8 cmd, enum hull_event_kind kind, struct hull_subject *subject,
			int (*put)(struct sk_buff *skb, struct hull_subject *subject))
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&hull_genl_family, &init_net, HULL_MCGRP_EVENTS))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb || event_put(skb, cmd, kind, subject, put)) {
		nlmsg_free(skb);
		/* Their next read says that something was lost. */
		genl_set_err(&hull_genl_family, &init_net, 0, HULL_MCGRP_EVENTS, ENOBUFS);
		return;
	}
	genlmsg_multicast(&hull_genl_family, skb, 0, HULL_MCGRP_EVENTS, GFP_KERNEL);
}

static int vm_put(struct sk_buff *skb, struct hull_subject *subject)
{
	return hull_nl_put_vm(skb, hull_record_of(subject), &init_pid_ns, false);
}

void hull_nl_event(struct hull_record *record, enum hull_event_kind kind)
{
	lockdep_assert_held(&record->lock);
	hull_nl_event_send(HULL_CMD_VM_NTF, kind, &record->subject, vm_put);
}
