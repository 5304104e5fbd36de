// SPDX-License-Identifier: GPL-2.0-only
/* Sockets. Addresses are in the kernel's memory already when a hook sees them. */

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <net/af_vsock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <compat/socket.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>
#include <hooks/quick.h>
#include <hooks/inet.h>
#include <hooks/unix.h>

static __always_inline enum hull_inet_protocol inet_protocol(const struct sock *sk)
{
	/* It goes by TCP where there is nothing better, and begins with it in any case. */
	if (sk->sk_family == AF_SMC)
		return HULL_INET_TCP;
	if (sk->sk_type == SOCK_RAW)
		return HULL_INET_RAW;
	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
	case IPPROTO_SMC:
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

/* What an act is told of an address. @family 0: it is too short to say more than that. */
struct address {
	u32 addr4;
	u16 port;
	u8 family;
};

static __always_inline struct address address_read(const struct sockaddr *address, int len)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;
	struct address read;

	read.family = 0;
	read.addr4 = 0;
	read.port = 0;
	if (len >= (int)sizeof(*in) && (address->sa_family == AF_INET ||
					address->sa_family == AF_UNSPEC)) {
		read.family = 4;
		read.addr4 = (__force u32)in->sin_addr.s_addr;
		read.port = ntohs(in->sin_port);
	} else if (len >= SIN6_LEN_RFC2133 && address->sa_family == AF_INET6) {
		read.family = 6;
		read.port = ntohs(in6->sin6_port);
		if (ipv6_addr_v4mapped(&in6->sin6_addr)) {
			read.family = 4;
			read.addr4 = (__force u32)in6->sin6_addr.s6_addr32[3];
		}
	}
	return read;
}

static noinline int check_inet(u32 perm, u8 family, const u32 *addr, u16 port)
{
	struct hull_act act;

	if (!hull_interesting(HULL_CLASS_INET, perm))
		return 0;
	hull_act_init(&act, HULL_CLASS_INET, perm);
	act.request.inet.family = family;
	act.request.inet.port = port;
	memset(act.request.inet.addr, 0, sizeof(act.request.inet.addr));
	memcpy(act.request.inet.addr, addr, family == 4 ? sizeof(*addr) : 4 * sizeof(*addr));
	return hull_check(&act);
}

static noinline int check_inet4(u32 perm, u32 addr, u16 port)
{
	return check_inet(perm, 4, &addr, port);
}

/* To no address is to this machine. */
static noinline int check_inet6(u32 perm, const struct in6_addr *addr, u16 port, bool to)
{
	const struct in6_addr *real = to && ipv6_addr_any(addr) ? &in6addr_loopback : addr;
	const u32 *words = (__force const u32 *)real->s6_addr32;

	return likely(hull_quick_inet6(perm, words, port)) ? 0 : check_inet(perm, 6, words, port);
}

static __always_inline int check_inet_address(const struct sock *sk,
					      enum hull_inet_operation operation,
					      const struct sockaddr *address, int len)
{
	bool to = operation == HULL_INET_CONNECT || operation == HULL_INET_SEND;
	u32 perm = HULL_INET_PERM(inet_protocol(sk), operation);
	struct address read = address_read(address, len);

	/* The function itself refuses what is no address. */
	if (!read.family)
		return 0;
	if (read.family == 6)
		return check_inet6(perm, &((const struct sockaddr_in6 *)address)->sin6_addr,
				   read.port, to);
	if (to && !read.addr4)
		read.addr4 = (__force u32)htonl(INADDR_LOOPBACK);
	return likely(hull_quick_inet4(perm, read.addr4, read.port)) ?
		0 : check_inet4(perm, read.addr4, read.port);
}

int hull_check_inet(const struct sock *sk, enum hull_inet_operation operation,
		    const struct sockaddr *address, int len)
{
	return check_inet_address(sk, operation, address, len);
}

static u64 socket_number(const struct sock *sk)
{
	return HULL_SOCKET(sk->sk_family, sk->sk_type, sk->sk_protocol);
}

static int check_vsock(const struct sock *sk, u32 perm, const struct sockaddr *address, int len)
{
	const struct sockaddr_vm *vm = (const void *)address;

	if (len < (int)sizeof(*vm))
		return 0;
	return hull_check_simple(HULL_CLASS_VSOCK, perm, HULL_VSOCK(vm->svm_cid, vm->svm_port));
}

/* Rows of an operation with an address. */
static const struct {
	u32 socket, vsock;
} operations[] = {
	[HULL_INET_BIND] = { HULL_SOCKET_BIND, HULL_VSOCK_BIND },
	[HULL_INET_CONNECT] = { HULL_SOCKET_CONNECT, HULL_VSOCK_CONNECT },
	[HULL_INET_LISTEN] = { HULL_SOCKET_LISTEN, HULL_VSOCK_LISTEN },
	[HULL_INET_ACCEPT] = { HULL_SOCKET_ACCEPT, HULL_VSOCK_ACCEPT },
	[HULL_INET_SEND] = { HULL_SOCKET_SEND, HULL_VSOCK_SEND },
};

/* A family of its own whose addresses are those of IP. */
static int check_carried(const struct sock *sk, enum hull_inet_operation operation,
			 const struct sockaddr *address, int len)
{
	int ret = hull_check_simple(HULL_CLASS_SOCKET, operations[operation].socket,
				    socket_number(sk));

	return ret ?: hull_check_inet(sk, operation, address, len);
}

static int check_address(const struct sock *sk, enum hull_inet_operation operation,
			 const struct sockaddr *address, int len)
{
	/* The function itself refuses what has not even a family. */
	if (len < (int)sizeof(sa_family_t))
		return 0;
	switch (sk->sk_family) {
	case AF_INET:
	case AF_INET6:
		return hull_check_inet(sk, operation, address, len);
	case AF_SMC:
		return check_carried(sk, operation, address, len);
	case AF_VSOCK:
		return check_vsock(sk, operations[operation].vsock, address, len);
	case AF_UNIX:
		return operation == HULL_INET_BIND ? hull_check_unix_bind(address, len) : 0;
	}
	return hull_check_simple(HULL_CLASS_SOCKET, operations[operation].socket,
				 socket_number(sk));
}

/* Of a socket that has an address of its own. */
static int check_own(const struct sock *sk, enum hull_inet_operation operation)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(sk->sk_num) };
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(sk->sk_num),
		.sin_addr.s_addr = sk->sk_rcv_saddr,
	};

	switch (sk->sk_family) {
	case AF_INET:
		return hull_check_inet(sk, operation, (struct sockaddr *)&in, sizeof(in));
	case AF_INET6:
		in6.sin6_addr = sk->sk_v6_rcv_saddr;
		return hull_check_inet(sk, operation, (struct sockaddr *)&in6, sizeof(in6));
	case AF_UNIX:
		return hull_check_unix_own(sk, operation == HULL_INET_LISTEN ? HULL_UNIX_LISTEN :
									      HULL_UNIX_ACCEPT);
	case AF_VSOCK:
		return check_vsock(sk, operations[operation].vsock,
				   (const struct sockaddr *)&vsock_sk(sk)->local_addr,
				   sizeof(vsock_sk(sk)->local_addr));
	}
	return hull_check_simple(HULL_CLASS_SOCKET, operations[operation].socket,
				 socket_number(sk));
}

/* int security_socket_create(int family, int type, int protocol, int kern) */
int hull_on_socket_create(const unsigned long *arg)
{
	if (HULL_HOOK_ARG(int, arg, 3))
		return 0;
	return hull_check_simple(HULL_CLASS_SOCKET, HULL_SOCKET_CREATE,
				 HULL_SOCKET((u32)arg[0], (u32)arg[1] & 0xff, (u32)arg[2]));
}

/* int security_socket_socketpair(struct socket *socka, struct socket *sockb) */
int hull_on_socketpair(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_SOCKET, HULL_SOCKET_PAIR,
				 socket_number(HULL_HOOK_ARG(const struct socket *, arg, 0)->sk));
}

/* int security_socket_bind(struct socket *sock, struct sockaddr *address, int addrlen) */
int hull_on_socket_bind(const unsigned long *arg)
{
	return check_address(HULL_HOOK_ARG(const struct socket *, arg, 0)->sk, HULL_INET_BIND,
			     HULL_HOOK_ARG(const struct sockaddr *, arg, 1),
			     HULL_HOOK_ARG(int, arg, 2));
}

static noinline int check_connect(const unsigned long *arg)
{
	const struct sock *sk = HULL_HOOK_ARG(const struct socket *, arg, 0)->sk;
	const struct sockaddr *address = HULL_HOOK_ARG(const struct sockaddr *, arg, 1);
	int len = HULL_HOOK_ARG(int, arg, 2);

	/* That undoes a connection. */
	if (len >= (int)sizeof(sa_family_t) && address->sa_family == AF_UNSPEC)
		return 0;
	return check_address(sk, HULL_INET_CONNECT, address, len);
}

/*
 * int security_socket_connect(struct socket *sock, struct sockaddr *address, int addrlen):
 * first what is most common, TCP and UDP of IPv4
 */
int hull_on_socket_connect(const unsigned long *arg)
{
	const struct sock *sk = HULL_HOOK_ARG(const struct socket *, arg, 0)->sk;
	const struct sockaddr_in *in = HULL_HOOK_ARG(const struct sockaddr_in *, arg, 1);
	u32 perm, addr;

	if (sk->sk_family != AF_INET || HULL_HOOK_ARG(int, arg, 2) < (int)sizeof(*in) ||
	    in->sin_family != AF_INET)
		return check_connect(arg);
	if (sk->sk_type == SOCK_STREAM && sk->sk_protocol == IPPROTO_TCP)
		perm = HULL_INET_TCP_CONNECT;
	else if (sk->sk_type == SOCK_DGRAM && sk->sk_protocol == IPPROTO_UDP)
		perm = HULL_INET_UDP_CONNECT;
	else
		return check_connect(arg);
	addr = (__force u32)(in->sin_addr.s_addr ?: htonl(INADDR_LOOPBACK));
	return likely(hull_quick_inet4(perm, addr, ntohs(in->sin_port))) ? 0 : check_connect(arg);
}

/* int security_socket_listen(struct socket *sock, int backlog) */
int hull_on_socket_listen(const unsigned long *arg)
{
	return check_own(HULL_HOOK_ARG(const struct socket *, arg, 0)->sk, HULL_INET_LISTEN);
}

/* int security_socket_accept(struct socket *sock, struct socket *newsock) */
int hull_on_socket_accept(const unsigned long *arg)
{
	return check_own(HULL_HOOK_ARG(const struct socket *, arg, 0)->sk, HULL_INET_ACCEPT);
}

/* int security_socket_sendmsg(struct socket *sock, struct msghdr *msg, int size) */
int hull_on_socket_sendmsg(const unsigned long *arg)
{
	const struct sock *sk = HULL_HOOK_ARG(const struct socket *, arg, 0)->sk;
	const struct msghdr *msg = HULL_HOOK_ARG(const struct msghdr *, arg, 1);
	bool stream = sk->sk_type == SOCK_STREAM;
	int ret = hull_check_inherited_socket(sk);

	if (ret)
		return ret;

	/* Streams that are connected ignore an address. */
	if (!msg->msg_name || (stream && !(msg->msg_flags & MSG_FASTOPEN)))
		return 0;
	if (stream)
		ret = check_address(sk, HULL_INET_CONNECT, msg->msg_name, msg->msg_namelen);
	return ret ?: check_address(sk, HULL_INET_SEND, msg->msg_name, msg->msg_namelen);
}

/* int security_socket_setsockopt(struct socket *sock, int level, int optname) */
int hull_on_setsockopt(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_SOCKET, HULL_SOCKET_SETSOCKOPT,
				 socket_number(HULL_HOOK_ARG(const struct socket *, arg, 0)->sk));
}

/* int security_netlink_send(struct sock *sk, struct sk_buff *skb) */
int hull_on_netlink_send(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_NETLINK, HULL_NETLINK_SEND,
				 HULL_HOOK_ARG(const struct sock *, arg, 0)->sk_protocol);
}

/* int security_tun_dev_create(void) */
int hull_on_tun_create(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_TUN, HULL_TUN_CREATE, 0);
}

/* int security_tun_dev_open(void *security) */
int hull_on_tun_open(const unsigned long *arg)
{
	return hull_check_simple(HULL_CLASS_TUN, HULL_TUN_ATTACH, 0);
}
