// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>
#include <libmnl/libmnl.h>
#include <group/rtnl.h>

#define REQUEST_MAX	1024

struct request {
	union {
		struct nlmsghdr header;
		char bytes[REQUEST_MAX];
	};
};

struct mnl_socket *hull_rtnl_open(int netns)
{
	struct mnl_socket *rtnl = NULL;
	int own = -1, saved;

	/* A socket stays in the namespace in which it was made. */
	if (netns >= 0) {
		own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (own < 0 || setns(netns, CLONE_NEWNET)) {
			saved = errno;
			if (own >= 0)
				close(own);
			errno = saved;
			return NULL;
		}
	}
	rtnl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (rtnl && mnl_socket_bind(rtnl, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(rtnl);
		rtnl = NULL;
	}
	saved = errno;
	if (own >= 0) {
		/* There is no going on in a group's namespace. */
		if (setns(own, CLONE_NEWNET))
			_exit(125);
		close(own);
	}
	errno = saved;
	return rtnl;
}

void hull_rtnl_close(struct mnl_socket *rtnl)
{
	if (rtnl)
		mnl_socket_close(rtnl);
}

static void *request_begin(struct request *request, uint16_t type, uint16_t flags, size_t extra)
{
	struct nlmsghdr *header;

	memset(request, 0, sizeof(*request));
	header = mnl_nlmsg_put_header(request->bytes);
	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	header->nlmsg_seq = 1;
	return mnl_nlmsg_put_extra_header(header, extra);
}

/* @answer: the first message of it, which is no acknowledgement; may be NULL */
static int transact(struct mnl_socket *rtnl, struct request *request, mnl_cb_t answer, void *data)
{
	char buffer[16384];
	ssize_t n;
	int ret;

	if (mnl_socket_sendto(rtnl, &request->header, request->header.nlmsg_len) < 0)
		return -1;
	do {
		n = mnl_socket_recvfrom(rtnl, buffer, sizeof(buffer));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		ret = mnl_cb_run(buffer, (size_t)n, 1, mnl_socket_get_portid(rtnl), answer, data);
	} while (ret > 0);
	return ret;
}

int hull_rtnl_bridge_add(struct mnl_socket *rtnl, const char *name)
{
	struct request request;
	struct nlattr *info;

	request_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&request.header, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(&request.header, IFLA_LINKINFO);
	mnl_attr_put_strz(&request.header, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(&request.header, info);
	return transact(rtnl, &request, NULL, NULL);
}

int hull_rtnl_veth_add(struct mnl_socket *rtnl, const char *name, const char *peer_name,
		       int netns)
{
	struct nlattr *info, *data, *peer;
	struct request request;

	request_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&request.header, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(&request.header, IFLA_LINKINFO);
	mnl_attr_put_strz(&request.header, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(&request.header, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(&request.header, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(&request.header, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&request.header, IFLA_IFNAME, peer_name);
	mnl_attr_put_u32(&request.header, IFLA_NET_NS_FD, (uint32_t)netns);
	mnl_attr_nest_end(&request.header, peer);
	mnl_attr_nest_end(&request.header, data);
	mnl_attr_nest_end(&request.header, info);
	return transact(rtnl, &request, NULL, NULL);
}

int hull_rtnl_link_delete(struct mnl_socket *rtnl, const char *name)
{
	struct request request;

	request_begin(&request, RTM_DELLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&request.header, IFLA_IFNAME, name);
	return transact(rtnl, &request, NULL, NULL);
}

int hull_rtnl_link_up(struct mnl_socket *rtnl, unsigned int link, unsigned int master)
{
	struct request request;
	struct ifinfomsg *info;

	info = request_begin(&request, RTM_NEWLINK, 0, sizeof(*info));
	info->ifi_index = (int)link;
	info->ifi_flags = IFF_UP;
	info->ifi_change = IFF_UP;
	if (master)
		mnl_attr_put_u32(&request.header, IFLA_MASTER, master);
	return transact(rtnl, &request, NULL, NULL);
}

int hull_rtnl_address_add(struct mnl_socket *rtnl, unsigned int link, uint32_t address,
			  unsigned int bits)
{
	uint32_t all_hosts = bits < 32 ? UINT32_MAX >> bits : 0;
	struct request request;
	struct ifaddrmsg *info;

	info = request_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*info));
	info->ifa_family = AF_INET;
	info->ifa_prefixlen = (uint8_t)bits;
	info->ifa_scope = RT_SCOPE_UNIVERSE;
	info->ifa_index = link;
	mnl_attr_put_u32(&request.header, IFA_LOCAL, htonl(address));
	mnl_attr_put_u32(&request.header, IFA_ADDRESS, htonl(address));
	if (bits < 31)
		mnl_attr_put_u32(&request.header, IFA_BROADCAST, htonl(address | all_hosts));
	return transact(rtnl, &request, NULL, NULL);
}

int hull_rtnl_default_route_add(struct mnl_socket *rtnl, uint32_t gateway)
{
	struct request request;
	struct rtmsg *route;

	route = request_begin(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*route));
	route->rtm_family = AF_INET;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_scope = RT_SCOPE_UNIVERSE;
	route->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(&request.header, RTA_GATEWAY, htonl(gateway));
	return transact(rtnl, &request, NULL, NULL);
}

static int take_index(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);

	*(unsigned int *)data = (unsigned int)info->ifi_index;
	return MNL_CB_OK;
}

unsigned int hull_rtnl_link_find(struct mnl_socket *rtnl, const char *name)
{
	struct request request;
	unsigned int index = 0;

	request_begin(&request, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&request.header, IFLA_IFNAME, name);
	return transact(rtnl, &request, take_index, &index) ? 0 : index;
}
