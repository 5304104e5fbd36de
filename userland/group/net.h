/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A group at a bridge: a pair of veths, "hull-ID" outside and "eth0" inside, with an address.
 *
 * A bridge that is not there is made, and belongs to vmctl: it has the first address of a
 * /22 of its own from 10.117.0.0/16, groups have the others, and it goes with the last of
 * them. /run/hull/net/BRIDGE holds who has which. Another bridge gets a port and nothing
 * else, unless an address is given: which ones are free there is its owner's business.
 */
#ifndef HULL_GROUP_NET_H
#define HULL_GROUP_NET_H

#include <container/config.h>
#include <lib/client.h>

#define HULL_GROUP_BRIDGE	"hull0"

/** hull_group_net_begin - @netns: of the group; @id: of its record; *@address: host's order, or 0 */
int hull_group_net_begin(const struct hull_ct_net *net, const char *name, uint32_t id, int netns,
			 uint32_t *address, struct hull_error *error);
/** hull_group_net_end - also after hull_group_net_begin() that came to nothing */
void hull_group_net_end(const char *bridge, const char *name, uint32_t id);

#endif
