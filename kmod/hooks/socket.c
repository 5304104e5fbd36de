// SPDX-License-Identifier: GPL-2.0-only
/* Sockets. Addresses are in the kernel's memory already when a hook sees them. */

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/vm_sockets.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>

static enum hull_inet_protocol inet_protocol(const struct sock *sk)
{
	if (sk->sk_type == SOCK_RAW)
		return HULL_INET_RAW;
	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
		return HULL_INET_TCP;
	case IPPROTO_UDP:
		return HULL_INET_UDP;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return HULL_INET_ICMP;
	case IPPROTO_SCTP:
		return HULL_INET_SCTP;
	}
	return HULL_INET_OTHER;
}

/* Of an address that is too short to say more than its family. */
static bool inet_address(struct hull_request *request, const struct sockaddr *address, int len)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	request->inet.family = 4;
	request->inet.addr[1] = 0;
	request->inet.addr[2] = 0;
	request->inet.addr[3] = 0;
	if (len >= (int)sizeof(*in) && (address->sa_family == AF_INET ||
					address->sa_family == AF_UNSPEC)) {
		request->inet.addr[0] = (__force u32)in->sin_addr.s_addr;
		request->inet.port = ntohs(in->sin_port);
		return true;
	}
	if (len < SIN6_LEN_RFC2133 || address->sa_family != AF_INET6)
		return false;
	request->inet.port = ntohs(in6->sin6_port);
	if (ipv6_addr_v4mapped(&in6->sin6_addr)) {
		request->inet.addr[0] = (__force u32)in6->sin6_addr.s6_addr32[3];
		return true;
	}
	request->inet.family = 6;
	memcpy(request->inet.addr, in6->sin6_addr.s6_addr32, sizeof(request->inet.addr));
	return true;
}

static int check_inet(const struct sock *sk, enum hull_inet_operation operation,
		      const struct sockaddr *address, int len)
{
	u32 perm = HULL_INET_PERM(inet_protocol(sk), operation);
	struct hull_act act;

	if (!hull_interesting(HULL_CLASS_INET, perm))
		return 0;
	hull_act_init(&act, HULL_CLASS_INET, perm);
	/* The function itself refuses what is no address. */
	if (!inet_address(&act.request, address, len))
		return 0;
	return hull_check(&act);
}

/* int security_socket_connect(struct socket *sock, struct sockaddr *address, int addrlen) */
int hull_on_socket_connect(const unsigned long *arg)
{
	const struct socket *sock = HULL_HOOK_ARG(const struct socket *, arg, 0);
	const struct sockaddr *address = HULL_HOOK_ARG(const struct sockaddr *, arg, 1);
	const struct sock *sk = sock->sk;
	int len = HULL_HOOK_ARG(int, arg, 2);

	switch (sk->sk_family) {
	case AF_INET:
	case AF_INET6:
		/* AF_UNSPEC undoes a connection. */
		if (len < (int)sizeof(sa_family_t) || address->sa_family == AF_UNSPEC)
			return 0;
		return check_inet(sk, HULL_INET_CONNECT, address, len);
	}
	return 0;
}
