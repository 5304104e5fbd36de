/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generic netlink: what pre_doit is given (6.2), where a dump's attributes are (6.6),
 * sentences with a number in them (6.2).
 */
#ifndef HULL_COMPAT_NETLINK_H
#define HULL_COMPAT_NETLINK_H

#include <linux/version.h>
#include <net/genetlink.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
typedef struct genl_split_ops hull_genl_ops;
#else
typedef struct genl_ops hull_genl_ops;
#endif

static inline struct nlattr **hull_genl_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return genl_dumpit_info(cb)->info.attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/** hull_extack_nth - @why, a static sentence, of rule @n */
static inline void hull_extack_nth(struct netlink_ext_ack *extack, u32 n, const char *why)
{
#ifdef NL_SET_ERR_MSG_FMT
	NL_SET_ERR_MSG_FMT(extack, "rule %u: %s", n, why);
#else
	if (!extack)
		return;
	do_trace_netlink_extack(why);
	extack->_msg = why;
#endif
}

#endif
