/* SPDX-License-Identifier: GPL-2.0-only */
/* The netlink room: parse, one core call, reply. Registered last, gone first. */
#ifndef HULL_NETLINK_NETLINK_H
#define HULL_NETLINK_NETLINK_H

int hull_netlink_init(void);
void hull_netlink_exit(void);

#endif
