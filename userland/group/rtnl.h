/* SPDX-License-Identifier: GPL-2.0-only */
/* Links, addresses and routes over rtnetlink, each one request and its answer. */
#ifndef HULL_GROUP_RTNL_H
#define HULL_GROUP_RTNL_H

#include <stdbool.h>
#include <stdint.h>

struct mnl_socket;

/** hull_rtnl_open - of the caller's net namespace, or of @netns unless -1; NULL and errno */
struct mnl_socket *hull_rtnl_open(int netns);
void hull_rtnl_close(struct mnl_socket *rtnl);

/* Return: 0, or -1 and errno. Addresses are in the host's order. */
int hull_rtnl_bridge_add(struct mnl_socket *rtnl, const char *name);
/** hull_rtnl_veth_add - @name here, @peer_name in the namespace @netns */
int hull_rtnl_veth_add(struct mnl_socket *rtnl, const char *name, const char *peer_name,
		       int netns);
int hull_rtnl_link_delete(struct mnl_socket *rtnl, const char *name);
/** hull_rtnl_link_up - and below a bridge, unless @master is 0 */
int hull_rtnl_link_up(struct mnl_socket *rtnl, unsigned int link, unsigned int master);
int hull_rtnl_address_add(struct mnl_socket *rtnl, unsigned int link, uint32_t address,
			  unsigned int bits);
int hull_rtnl_default_route_add(struct mnl_socket *rtnl, uint32_t gateway);
/** hull_rtnl_link_find - its number in @rtnl's namespace, 0: none, or errno; @kind: "bridge" */
unsigned int hull_rtnl_link_find(struct mnl_socket *rtnl, const char *name);

#endif
