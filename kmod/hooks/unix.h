/* SPDX-License-Identifier: GPL-2.0-only */
/* Unix sockets: with a path they are files, with an abstract name they are not. */
#ifndef HULL_HOOKS_UNIX_H
#define HULL_HOOKS_UNIX_H

#include <linux/types.h>

struct sock;
struct sockaddr;

/** hull_check_unix_bind - to an abstract name; a path is made, and that is asked about itself */
int hull_check_unix_bind(const struct sockaddr *address, int len);
/** hull_check_unix_own - @perm of class UNIX, by the socket's own name */
int hull_check_unix_own(const struct sock *sk, u32 perm);

#endif
