// SPDX-License-Identifier: GPL-2.0-only
/* SCTP: a socket has several addresses, which socket options and messages give it. */

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <uapi/linux/sctp.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>
#include <hooks/inet.h>

#define ADDRESSES_MAX	64

static size_t address_size(const struct sockaddr *address)
{
	switch (address->sa_family) {
	case AF_INET:
		return sizeof(struct sockaddr_in);
	case AF_INET6:
		return sizeof(struct sockaddr_in6);
	}
	return 0;
}

/*
 * int security_sctp_bind_connect(struct sock *sk, int optname, struct sockaddr *address,
 * int addrlen): addresses one after the other. The function's caller refuses what is none.
 */
int hull_on_sctp(const unsigned long *arg)
{
	const struct sock *sk = HULL_HOOK_ARG(const struct sock *, arg, 0);
	const void *at = HULL_HOOK_ARG(const void *, arg, 2);
	int left = HULL_HOOK_ARG(int, arg, 3), n, ret = 0;
	enum hull_inet_operation operation;
	size_t size;

	switch (HULL_HOOK_ARG(int, arg, 1)) {
	case SCTP_PRIMARY_ADDR:
	case SCTP_SET_PEER_PRIMARY_ADDR:
	case SCTP_SOCKOPT_BINDX_ADD:
		operation = HULL_INET_BIND;
		break;
	default:
		operation = HULL_INET_CONNECT;
	}
	for (n = 0; left >= (int)sizeof(sa_family_t) && !ret; n++) {
		size = address_size(at);
		if (!size || (int)size > left)
			return 0;
		if (n == ADDRESSES_MAX)
			return -E2BIG;
		ret = hull_check_inet(sk, operation, at, size);
		at += size;
		left -= size;
	}
	return ret;
}
