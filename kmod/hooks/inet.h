/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HULL_HOOKS_INET_H
#define HULL_HOOKS_INET_H

#include <hull/policy_blob.h>

struct sock;
struct sockaddr;

/**
 * hull_check_inet - may a socket of IP do this with this address?
 * @address, @len: in the kernel's memory; what is no address is the caller's to refuse
 *
 * Context: any but NMI. Return: 0, or a negative errno.
 */
int hull_check_inet(const struct sock *sk, enum hull_inet_operation operation,
		    const struct sockaddr *address, int len);

#endif
