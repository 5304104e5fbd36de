// SPDX-License-Identifier: GPL-2.0-only
/* Unix sockets. */

#include <linux/cgroup.h>
#include <linux/net.h>
#include <linux/un.h>
#include <net/af_unix.h>
#include <net/sock.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>
#include <hooks/unix.h>

#define PATH_AT	offsetof(struct sockaddr_un, sun_path)

static void name_set(struct hull_act *act, const struct sockaddr_un *un, int len)
{
	act->request.unix_name.s = NULL;
	act->request.unix_name.len = 0;
	if (!un || len <= (int)PATH_AT + 1 || un->sun_path[0])
		return;
	act->request.unix_name.s = un->sun_path + 1;
	act->request.unix_name.len = len - PATH_AT - 1;
}

int hull_check_unix_bind(const struct sockaddr *address, int len)
{
	struct hull_act act;

	/* Without a name the kernel takes a free one. */
	if (len > (int)PATH_AT && ((const struct sockaddr_un *)address)->sun_path[0])
		return 0;
	if (!hull_interesting(HULL_CLASS_UNIX, HULL_UNIX_BIND))
		return 0;
	hull_act_init(&act, HULL_CLASS_UNIX, HULL_UNIX_BIND);
	name_set(&act, (const struct sockaddr_un *)address, len);
	return hull_check(&act);
}

static int check_socket(const struct sock *sk, u32 perm, bool peer)
{
	const struct unix_address *address;
	struct hull_act act;

	if (!hull_interesting(HULL_CLASS_UNIX, perm))
		return 0;
	hull_act_init(&act, HULL_CLASS_UNIX, perm);
	/* Bound at another time maybe, with the name written before. */
	address = smp_load_acquire(&unix_sk(sk)->addr);
	name_set(&act, address ? address->name : NULL, address ? address->len : 0);
	if (peer)
		act.peer_cgroup = sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data);
	return hull_check(&act);
}

int hull_check_unix_own(const struct sock *sk, u32 perm)
{
	return check_socket(sk, perm, false);
}

/* A socket with a path is the file that is there, wherever that is mounted now. */
static int check_peer(const struct sock *other, u32 perm)
{
	const struct path *path = &unix_sk(other)->path;
	int ret = check_socket(other, perm, true);

	if (!ret && path->dentry)
		ret = hull_check_path(path, HULL_FILE_CONNECT);
	return ret;
}

/* int security_unix_stream_connect(struct sock *sock, struct sock *other, struct sock *newsk) */
int hull_on_unix_connect(const unsigned long *arg)
{
	return check_peer(HULL_HOOK_ARG(const struct sock *, arg, 1), HULL_UNIX_CONNECT);
}

/* int security_unix_may_send(struct socket *sock, struct socket *other) */
int hull_on_unix_send(const unsigned long *arg)
{
	return check_peer(HULL_HOOK_ARG(const struct socket *, arg, 1)->sk, HULL_UNIX_SEND);
}
